# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._rules.asking import found, paths

PLACEMENT = "llm_serving[a].topology.placement"


def asked(*, platform: str = "lws", scaling: dict[str, Any] | None = None, **placement: Any) -> list[Any]:
    pods = {} if platform == "deployment" else {"pods": "per-gpu"}
    topology = {"tensor": 2, **pods, "placement": placement}
    service = {"platform": platform, "topology": topology, **({"scaling": scaling} if scaling else {})}
    return [one for one in found("V-03", service) if "placement" in one.path]


@pytest.mark.req("S1-88")
@pytest.mark.parametrize("gang", ["none", "serial", "volcano"])
def test_ways_to_start_a_copy_at_once(gang: str) -> None:
    assert not asked(gang=gang)


@pytest.mark.req("S1-88")
@pytest.mark.parametrize("gang", ["serial", "volcano", "coscheduling"])
def test_a_copy_of_one_pod_is_no_gang(gang: str) -> None:
    (problem,) = asked(platform="deployment", gang=gang)
    assert problem.path == f"{PLACEMENT}.gang"
    assert "one pod" in problem.message


@pytest.mark.req("S1-88")
def test_a_queue_has_a_name() -> None:
    assert paths(asked(gang="kueue")) == [f"{PLACEMENT}.queue"]
    assert not asked(gang="kueue", queue="gpus")
    assert not asked(platform="deployment", gang="kueue", queue="gpus")


def test_a_rank_that_is_a_deployment_is_no_pod_of_a_queue() -> None:
    entry = {
        "engine": "triton-trtllm",
        "platform": "leader-workers",
        "topology": {"tensor": 2, "placement": {"gang": "kueue", "queue": "gpus"}},
    }
    (problem,) = [one for one in found("V-03", entry) if "placement" in one.path]
    assert "platform: lws" in problem.hint


def test_a_queue_that_nobody_asks_is_a_mistake() -> None:
    (problem,) = asked(gang="serial", queue="gpus")
    assert "no effect" in problem.message
    assert not asked(gang="volcano", queue="gpus")


def test_pods_that_look_alike_cannot_be_told_apart_by_a_label() -> None:
    (problem,) = asked(gang="coscheduling")
    assert "coscheduling" in problem.message
    assert "volcano" in problem.hint


def test_an_autoscaler_does_not_wait_for_the_copy_before() -> None:
    scaling = {"min": 1, "max": 2, "metric": "external", "query": "up", "target": 1}
    (problem,) = asked(gang="serial", scaling=scaling)
    assert problem.path == f"{PLACEMENT}.gang"
    assert not asked(gang="kueue", queue="gpus", scaling=scaling)


@pytest.mark.req("S1-91")
@pytest.mark.parametrize("colocate", ["none", "node", "topology.kubernetes.io/rack", "rack"])
def test_pods_are_kept_together_by_a_label_of_nodes(colocate: str) -> None:
    assert not asked(colocate=colocate)


@pytest.mark.req("S1-91")
@pytest.mark.parametrize(
    ("platform", "colocate"), [("lws", "the rack"), ("deployment", "node"), ("llmd", "node")]
)
def test_together_means_something(platform: str, colocate: str) -> None:
    assert paths(asked(platform=platform, colocate=colocate)) == [f"{PLACEMENT}.colocate"]
