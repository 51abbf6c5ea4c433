# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._workload import Pace

from tests.unit._plan.inventory import main_container, planned, pod, rendered


@pytest.mark.req("S2-19")
@pytest.mark.parametrize("engine", ["vllm", "triton-trtllm"])
@pytest.mark.parametrize("timeout", [1, 5, 600, 1195, 3600])
def test_one_timeout_gives_the_whole_startup_budget(engine: str, timeout: int) -> None:
    pace = planned(engine=engine, verify={"startup_timeout": timeout}).startup_probe.pace
    assert timeout <= pace.delay + pace.period * pace.failures < timeout + pace.period


def test_tensorrt_llm_is_asked_at_the_pace_it_is_known_to_need() -> None:
    """The default budget of a TensorRT-LLM leader is one minute and sixty times a quarter of one."""
    plan = planned(engine="triton-trtllm")
    assert plan.startup_probe.pace == Pace(delay=60, period=15, failures=60)
    assert planned().startup_probe.pace.delay == 0


@pytest.mark.req("S2-19")
def test_the_deployment_does_not_give_up_before_the_pod_may() -> None:
    objects = rendered(verify={"startup_timeout": 3600})
    assert objects["Deployment"]["spec"]["progressDeadlineSeconds"] > 3600


@pytest.mark.req("S2-19")
def test_vllm_is_live_before_it_has_a_model_and_ready_with_it() -> None:
    container = main_container(rendered())
    assert container["startupProbe"]["httpGet"] == {"path": "/health", "port": "http"}
    assert container["livenessProbe"]["httpGet"]["path"] == "/health"
    assert container["readinessProbe"]["httpGet"]["path"] == "/v1/models"


def test_a_stopping_pod_first_leaves_the_endpoints_then_finishes_its_requests() -> None:
    objects = rendered(image="vllm/vllm-openai:v0.18.0")
    container = main_container(objects)
    assert container["lifecycle"] == {"preStop": {"sleep": {"seconds": 15}}}
    assert "--shutdown-timeout=45" in container["args"]
    assert pod(objects)["terminationGracePeriodSeconds"] == 15 + 45 + 15


def test_an_engine_that_cannot_drain_is_not_waited_for() -> None:
    objects = rendered(image="vllm/vllm-openai:v0.17.0")
    assert not [arg for arg in main_container(objects)["args"] if "shutdown" in arg]
    assert pod(objects)["terminationGracePeriodSeconds"] == 15 + 15


def test_triton_drains_as_long() -> None:
    objects = rendered(engine="triton-vllm")
    assert "--exit-timeout-secs=45" in main_container(objects)["args"]
    assert pod(objects)["terminationGracePeriodSeconds"] == 75
