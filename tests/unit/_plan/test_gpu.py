# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._plan.inventory import main_container, planned, pod, rendered, variables


@pytest.mark.req("S2-12", "S4-23")
@pytest.mark.parametrize(("tensor", "pipeline"), [(1, 1), (4, 1), (2, 2)])
def test_a_pod_asks_for_as_many_gpus_as_share_the_model(tensor: int, pipeline: int) -> None:
    resources = planned(topology={"tensor": tensor, "pipeline": pipeline}).resources
    assert resources.requests["nvidia.com/gpu"] == str(tensor * pipeline)
    assert resources.limits["nvidia.com/gpu"] == resources.requests["nvidia.com/gpu"]


def test_the_simulator_asks_for_no_gpu_and_no_gpu_node() -> None:
    plan = planned(engine="simulator", topology={"tensor": 2})
    assert plan.gpus_per_pod == 0
    assert not plan.gpu_resources
    assert not plan.tolerations
    assert not plan.affinity


@pytest.mark.req("S0-23", "S0-24")
def test_visible_devices_are_a_string_and_not_accounted() -> None:
    objects = rendered(
        topology={"tensor": 2},
        gpu={"mode": "visible-devices", "visible_devices": [0, 1], "acknowledge_unaccounted_gpu": True},
    )
    container = main_container(objects)
    assert variables(container)["CUDA_VISIBLE_DEVICES"] == "0,1"
    assert not any("gpu" in name for name in container["resources"]["limits"])
    assert pod(objects)["tolerations"], "the pod runs on GPU nodes all the same"


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        ("hami", {"nvidia.com/gpu": "2", "nvidia.com/gpumem-percentage": "50"}),
        ("otterscale", {"otterscale.com/vgpu": "2", "otterscale.com/vgpumem-percentage": "50"}),
    ],
)
def test_shares_of_gpus_have_the_names_of_the_cluster(preset: str, expected: dict[str, str]) -> None:
    plan = planned(
        topology={"tensor": 2},
        gpu={"mode": "vgpu", "memory_percent": 50},
        cluster={"gpu_resources": preset},
    )
    assert plan.gpu_resources == expected


def test_a_share_of_gpu_memory_is_counted_in_mebibytes() -> None:
    plan = planned(gpu={"mode": "vgpu", "memory": "20Gi"}, cluster={"gpu_resources": "hami"})
    assert plan.gpu_resources["nvidia.com/gpumem"] == "20480"


def test_a_resource_of_ones_own_is_counted_in_place_of_whole_gpus() -> None:
    assert planned(gpu={"resource": "nvidia.com/mig-3g.40gb"}).gpu_resources == {
        "nvidia.com/mig-3g.40gb": "1"
    }


@pytest.mark.req("S0-27")
@pytest.mark.parametrize(
    ("given", "level"),
    [
        ({}, "WARN"),
        ({"engine": "triton-vllm", "engine_args": {"log_verbose": 1}}, "INFO"),
        ({"env": {"NCCL_DEBUG": "TRACE"}}, "TRACE"),
    ],
)
def test_nccl_speaks_up_only_when_asked(given: dict[str, Any], level: str) -> None:
    env = variables(main_container(rendered(topology={"tensor": 2}, **given)))
    assert env["NCCL_DEBUG"] == level


@pytest.mark.req("S0-28")
@pytest.mark.parametrize(("p2p", "ignored"), [("auto", False), ("true", False), ("false", True)])
def test_a_missing_way_between_gpus_is_ignored_only_where_declared(p2p: str, ignored: bool) -> None:
    env = variables(main_container(rendered(topology={"tensor": 2}, gpu={"p2p": p2p})))
    assert env.get("NCCL_IGNORE_DISABLED_P2P") == ("1" if ignored else None)
    assert env.get("NCCL_P2P_DISABLE") == ("1" if ignored else None)


def test_every_gpu_pod_tolerates_the_taint_whatever_its_value() -> None:
    plan = planned(cluster={"gpu_nodes": {"taint": "example.com/gpu=yes:NoExecute"}})
    assert plan.tolerations == ({"key": "example.com/gpu", "operator": "Exists", "effect": "NoExecute"},)


def test_no_taint_needs_no_toleration() -> None:
    assert planned(cluster={"gpu_nodes": {"taint": ""}}).tolerations == ()


def test_tolerations_of_the_user_come_on_top() -> None:
    extra = {"key": "team", "operator": "Equal", "value": "search", "effect": "NoSchedule"}
    assert planned(tolerations=[extra]).tolerations[1:] == (extra,)


def test_gpu_pods_select_gpu_nodes_and_the_named_product() -> None:
    plan = planned(
        gpu={"product": "NVIDIA-A10G"}, cluster={"gpu_nodes": {"label": "gpu.example/present=true"}}
    )
    terms = plan.affinity["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"][
        "nodeSelectorTerms"
    ]
    assert terms == [
        {
            "matchExpressions": [
                {"key": "gpu.example/present", "operator": "In", "values": ["true"]},
                {"key": "nvidia.com/gpu.product", "operator": "In", "values": ["NVIDIA-A10G"]},
            ]
        }
    ]
