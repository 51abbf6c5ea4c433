# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What services call a share of a GPU, and what HAMi's settings call it, are the same."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._bundles import Names, chart_values
from ansible_collections.inferops.serving.plugins.module_utils._bundles.naming import misnamed
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.gpus import RESOURCE_NAMES

SCHEDULER = "hami-scheduler"
OTTERSCALE = Names(resources=RESOURCE_NAMES["otterscale"], scheduler=SCHEDULER)
HAMI = Names(resources=RESOURCE_NAMES["hami"], scheduler=SCHEDULER)


def config(**nvidia: Any) -> dict[str, Any]:
    given = {
        "resourceCountName": "nvidia.com/gpu",
        "resourceMemoryName": "nvidia.com/gpumem",
        "resourceMemoryPercentageName": "nvidia.com/gpumem-percentage",
        **nvidia,
    }
    return {
        "kind": "ConfigMap",
        "metadata": {"name": "hami-scheduler-device", "namespace": "kube-system"},
        "data": {"device-config.yaml": yaml.safe_dump({"nvidia": given})},
    }


def scheduler(*words: str) -> dict[str, Any]:
    containers = [{"name": "kube-scheduler"}, {"name": "extender", "command": ["scheduler", *words]}]
    return {
        "kind": "Deployment",
        "metadata": {"name": "hami-scheduler", "namespace": "kube-system"},
        "spec": {"template": {"spec": {"containers": containers}}},
    }


@pytest.mark.req("S3-10", "S3-11")
def test_the_same_names_pass() -> None:
    objects = [config(), scheduler("--scheduler-name=hami-scheduler"), {"kind": "Service", "metadata": {}}]
    assert misnamed(objects, HAMI) == []


@pytest.mark.req("S3-10", "S3-11")
def test_every_other_name_is_told_at_once() -> None:
    found = misnamed([config(), scheduler("--scheduler-name=gpu-scheduler")], OTTERSCALE)
    assert [one.object for one in found] == ["ConfigMap kube-system/hami-scheduler-device"] * 3 + [
        "Deployment kube-system/hami-scheduler"
    ]
    assert {one.code for one in found} == {"Rejected"}
    assert "nvidia.resourceCountName is nvidia.com/gpu, and services ask for otterscale.com/vgpu" in (
        found[0].message
    )
    assert "resourceName: otterscale.com/vgpu is the value" in found[0].hint
    assert "schedulerName: hami-scheduler" in found[3].hint
    assert "llm_cluster.components.hami.scheduler" in found[3].hint


@pytest.mark.parametrize("text", ["", "nvidia: [", "- a", "nvidia: yes"])
def test_settings_that_cannot_be_read_tell_nothing(text: str) -> None:
    assert misnamed([{**config(), "data": {"device-config.yaml": text}}], OTTERSCALE) == []


@pytest.mark.req("S3-10", "S3-11")
@pytest.mark.parametrize(
    ("names", "cores", "priority"),
    [
        (HAMI, "nvidia.com/gpucores", "nvidia.com/priority"),
        (OTTERSCALE, "otterscale.com/vgpucores", "otterscale.com/priority"),
    ],
)
def test_a_chart_gets_all_five_names(names: Names, cores: str, priority: str) -> None:
    assert chart_values(names) == {
        "resourceName": names.resources["count"],
        "resourceMem": names.resources["memory"],
        "resourceMemPercentage": names.resources["memory_percent"],
        "resourceCores": cores,
        "resourcePriority": priority,
        "schedulerName": SCHEDULER,
    }
