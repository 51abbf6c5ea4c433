# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NVIDIA's DCGM exporter."""

from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._agents import AGENTS
from ansible_collections.inferops.serving.plugins.module_utils._agents.dcgm import scrape_timeout

from .settings import env, objects, one, pod, settings

SEEDS = {"collect_interval_ms": 1000, "privileged": True, "service_monitor": "true", "scrape_interval": "1s"}


@pytest.mark.req("S1-28")
def test_the_seeds_values_give_what_its_guide_wants() -> None:
    made = objects(
        "dcgm",
        preset="seed",
        values={**SEEDS, "monitor_labels": {"monitoring": "prometheus", "release": "prometheus"}},
    )
    container = pod(made)["containers"][0]
    assert container["args"] == [
        "--collect-interval=1000",
        "--collectors=/etc/dcgm-exporter/dcp-metrics-included.csv",
    ]
    assert env(made)["DCGM_EXPORTER_KUBERNETES"] == "true"
    assert container["securityContext"]["privileged"] is True
    assert container["resources"]["limits"]["cpu"] == "2"
    assert container["resources"]["limits"]["memory"] == "1Gi"
    assert one(made, "Service")["spec"]["ports"][0]["port"] == 9400
    assert pod(made)["nodeSelector"] == {"nvidia.com/gpu": "present"}
    assert {volume["hostPath"]["path"] for volume in pod(made)["volumes"]} == {
        "/var/lib/kubelet/pod-resources"
    }
    monitor = one(made, "ServiceMonitor")
    assert monitor["metadata"]["labels"]["release"] == "prometheus"
    assert monitor["spec"]["endpoints"][0]["scrapeTimeout"] == "1s"


@pytest.mark.req("S1-28")
@pytest.mark.parametrize(
    ("interval", "timeout"), [("1s", "1s"), ("500ms", "500ms"), ("10s", "10s"), ("1m", "10s")]
)
def test_a_scrape_never_outlasts_its_interval(interval: str, timeout: str) -> None:
    assert scrape_timeout(interval) == timeout


@pytest.mark.req("S1-28")
def test_renamed_resources_need_a_version_that_knows_them() -> None:
    asked = {"resource_names": ("otterscale.com/vgpu",)}
    assert "3.3.5" in AGENTS["dcgm"].problems(settings("dcgm", preset="seed", values=asked))[0]
    assert not AGENTS["dcgm"].problems(settings("dcgm", values=asked))
    assert (
        "--nvidia-resource-names=otterscale.com/vgpu"
        in pod(objects("dcgm", values=asked))["containers"][0]["args"]
    )


def test_an_interval_that_is_none_is_refused() -> None:
    assert AGENTS["dcgm"].problems(settings("dcgm", values={"scrape_interval": "often"}))


def test_a_monitor_is_made_where_the_cluster_knows_them() -> None:
    kinds = {obj["kind"] for obj in objects("dcgm")}
    assert "ServiceMonitor" not in kinds
    assert one(objects("dcgm", monitors_served=True), "ServiceMonitor")
    off = objects("dcgm", monitors_served=True, values={"service_monitor": "false"})
    assert "ServiceMonitor" not in {obj["kind"] for obj in off}


def test_own_counters_are_mounted() -> None:
    made = objects("dcgm", values={"counters": "DCGM_FI_DEV_GPU_UTIL, gauge, use\n"})
    assert "DCGM_FI_DEV_GPU_UTIL" in str(one(made, "ConfigMap")["data"])
    assert "--collectors=/counters/dcgm-exporter-counters.csv" in pod(made)["containers"][0]["args"]
