# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A component is judged by what it does on every GPU node."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._gpu_nodes.inventory import (
    gpu_inventory,
    gpu_nodes,
)
from ansible_collections.inferops.serving.plugins.module_utils._prerequisites.effects import judge
from ansible_collections.inferops.serving.plugins.module_utils._prerequisites.nodes import why_unreached

TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
TOLERATES = [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]


def node(name: str, *, gpus: str = "0", taints: tuple[dict, ...] = (), **labels: str) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "labels": {"nvidia.com/gpu": "present", **labels}},
        "spec": {"taints": list(taints)},
        "status": {"allocatable": {"nvidia.com/gpu": gpus}},
    }


def daemon_set(**pod: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": "agent", "namespace": "a", "uid": "1"},
        "spec": {"template": {"spec": {"containers": [], **pod}}},
    }


def pod(on: str, *, ready: bool = True, waiting: str = "") -> dict[str, Any]:
    state = [{"state": {"waiting": {"reason": waiting}}}] if waiting else []
    return {
        "metadata": {"name": f"agent-{on}", "ownerReferences": [{"uid": "1"}]},
        "spec": {"nodeName": on},
        "status": {
            "phase": "Running",
            "conditions": [{"type": "Ready", "status": str(ready)}],
            "containerStatuses": state,
        },
    }


def look(component: str, nodes: list[dict], **rest: Any) -> list[Any]:
    given = {"expected_nodes": None, "gpus": 1, "pods": [], "daemon_sets": [], "theirs": [], **rest}
    lists = given.pop("daemon_sets"), given.pop("theirs"), nodes, given.pop("pods")
    return judge(component, *lists, **given)


@pytest.mark.req("S1-24")
def test_a_node_without_gpus_to_give_is_named() -> None:
    [found] = look("device_plugin", [node("a", gpus="8"), node("b")])
    assert found.object == "Node b"
    assert "driver" in found.hint


@pytest.mark.req("S1-24")
def test_fewer_gpus_than_expected_are_too_few() -> None:
    assert look("device_plugin", [node("a", gpus="7")], gpus=8)
    assert not look("device_plugin", [node("a", gpus="8")], gpus=8)


@pytest.mark.req("S1-24")
def test_a_node_without_a_product_is_named() -> None:
    [found] = look("gfd", [node("a", **{"nvidia.com/gpu.product": "NVIDIA-L40S"}), node("b")])
    assert found.object == "Node b"


def test_no_gpu_node_at_all_is_trouble_unless_that_is_expected() -> None:
    assert look("nfd", [])[0].code == "NodesMissing"
    assert not look("nfd", [], expected_nodes=0)
    assert look("nfd", [], expected_nodes=2)


@pytest.mark.parametrize(
    ("obj", "pods", "word"),
    [
        (daemon_set(), [pod("a")], "nvidia.com/gpu=present:NoSchedule is not tolerated"),
        (daemon_set(tolerations=TOLERATES, nodeSelector={"pool": "x"}), [], "lacks the label pool=x"),
        (daemon_set(tolerations=TOLERATES), [], "no pod there"),
        (
            daemon_set(tolerations=TOLERATES),
            [pod("a", ready=False, waiting="CrashLoopBackOff")],
            "CrashLoopBackOff",
        ),
    ],
)
def test_the_cause_is_told(obj: dict, pods: list[dict], word: str) -> None:
    """Taint, selector, no pod, or a pod in trouble."""
    [found] = look("device_plugin", [node("a", taints=(TAINT,))], daemon_sets=[obj], pods=pods)
    assert word in found.hint


def test_the_cause_is_told_of_somebody_elses_too() -> None:
    """One that shuts a node out explains what lacks there, unless another one is meant for it."""
    untolerating = {**daemon_set(), "metadata": {"name": "theirs", "namespace": "a", "uid": "2"}}
    nodes = [node("a", taints=(TAINT,)), node("b", gpus="8", taints=(TAINT,))]
    [found] = look("device_plugin", nodes, theirs=[untolerating])
    assert found.object == "Node a"
    assert found.hint == (
        "Likely cause: DaemonSet theirs does not reach it: taint nvidia.com/gpu=present:NoSchedule is not"
        " tolerated."
    )
    both = [untolerating, daemon_set(tolerations=TOLERATES)]
    [found] = look("device_plugin", nodes, theirs=both, pods=[pod("a", ready=False)])
    assert "pod agent-a is not ready" in found.hint
    [found] = look("device_plugin", nodes, theirs=both, pods=[pod("a")])
    assert "driver" in found.hint


def test_ready_pods_of_somebody_else_do_not_count() -> None:
    stranger = pod("a")
    stranger["metadata"]["ownerReferences"] = [{"uid": "2"}]
    assert look("dcgm", [node("a")], daemon_sets=[daemon_set()], pods=[stranger])


def test_conditions_of_nodes_keep_no_daemon_set_away() -> None:
    condition = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}
    assert not why_unreached({}, node("a", taints=(condition,)))


def test_gpu_nodes_are_known_by_label_card_or_gpus() -> None:
    nodes = [
        {"metadata": {"name": "label", "labels": {"nvidia.com/gpu.present": "true"}}},
        {
            "metadata": {
                "name": "card",
                "labels": {"feature.node.kubernetes.io/pci-0302_10de.present": "true"},
            }
        },
        {"metadata": {"name": "gpus"}, "status": {"allocatable": {"nvidia.com/mig-1g.10gb": "7"}}},
        {"metadata": {"name": "cpu"}},
    ]
    assert [each["metadata"]["name"] for each in gpu_nodes(nodes)] == ["label", "card", "gpus"]


@pytest.mark.req("S1-24")
def test_the_inventory_tells_product_number_and_memory() -> None:
    labels = {"nvidia.com/gpu.product": "NVIDIA-L40S", "nvidia.com/gpu.memory": "46068"}
    assert gpu_inventory([node("a", gpus="8", **labels)]) == {
        "a": {"product": "NVIDIA-L40S", "count": 8, "memory_mib": 46068, "mig": "none"}
    }


def test_shares_of_memory_and_time_are_no_gpus() -> None:
    told = node("a", gpus="8")
    told["status"]["allocatable"] |= {
        "nvidia.com/gpumem-percentage": "800",
        "nvidia.com/gpucores": "800",
        "nvidia.com/mig-1g.5gb": "7",
    }
    assert gpu_inventory([told])["a"]["count"] == 8 + 7
