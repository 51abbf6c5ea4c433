# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HAMi is judged on every node that it is meant for: what the kubelet counts, what the node registers, and
what the scheduler makes of it."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._bundles import PRODUCTS
from ansible_collections.inferops.serving.plugins.module_utils._bundles.sharing import (
    HANDSHAKE,
    REGISTER,
    Device,
    devices,
    judge,
    without_shares,
)
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client

ASKED = "Requesting_2026-01-23 04:30:04"
TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}


def workload(kind: str, name: str, image: str, *, uid: str, **pod: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "metadata": {"name": name, "namespace": "kube-system", "uid": uid},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": name}},
            "template": {"spec": {"containers": [{"image": image}], **pod}},
        },
        "status": {"readyReplicas": 1},
    }


AGENT = workload(
    "DaemonSet",
    "under-any-name",
    "projecthami/hami:v2.10.0",
    uid="agent",
    nodeSelector={"gpu": "on"},
    volumes=[{"name": "config", "configMap": {"name": "settings"}}],
)
NVIDIA = workload(
    "DaemonSet", "nvidia-device-plugin-daemonset", "nvcr.io/nvidia/k8s-device-plugin:1", uid="n"
)
SCHEDULER = workload("Deployment", "hami-scheduler", "projecthami/hami:v2.10.0", uid="s")


def registered(*shares: int, healthy: bool = True) -> str:
    return json.dumps(
        [{"id": f"GPU-{index}", "count": count, "health": healthy} for index, count in enumerate(shares)]
    )


def node(
    name: str = "a",
    *,
    register: str = registered(10, 10),
    handshake: str = ASKED,
    shares: str = "20",
    resource: str = "nvidia.com/gpu",
    on: str = "on",
    taints: tuple[dict[str, Any], ...] = (),
) -> dict[str, Any]:
    told = {REGISTER: register, HANDSHAKE: handshake}
    return {
        "metadata": {
            "name": name,
            "labels": {"gpu": on, "nvidia.com/gpu": "present"},
            "annotations": {key: value for key, value in told.items() if value},
        },
        "spec": {"taints": list(taints)},
        "status": {"allocatable": {resource: shares}},
    }


def pod(on: str = "a", *, waiting: str = "") -> dict[str, Any]:
    state = [{"state": {"waiting": {"reason": waiting}}}] if waiting else []
    return {
        "metadata": {"name": f"agent-{on}", "ownerReferences": [{"uid": "agent"}]},
        "spec": {"nodeName": on},
        "status": {
            "conditions": [{"type": "Ready", "status": str(not waiting)}],
            "containerStatuses": state,
        },
    }


def told(*nodes: dict[str, Any], pods: list[Any] | None = None, rivals: tuple[Any, ...] = ()) -> list[str]:
    found = judge(nodes, [AGENT], [pod()] if pods is None else pods, rivals=rivals, resource="nvidia.com/gpu")
    return [f"{one.object}: {one.message} {one.hint}" for one in found]


@pytest.mark.req("S3-11")
def test_a_node_whose_three_accounts_agree_is_well() -> None:
    assert told(node()) == []
    assert told(node(handshake="Reported_2020-01-01 00:00:00")) == [], "new plugins do not renew it"


@pytest.mark.req("S3-11")
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (node(taints=(TAINT,)), ("does not reach it", "nvidia.com/gpu=present:NoSchedule is not tolerated")),
        (node(register=""), ("registers no devices", "driver")),
        (node(register="[]"), ("registers no devices", "driver")),
        (node(register="nonsense"), ("registers no devices", "driver")),
        (node(register=registered(10, 10, healthy=False)), ("2 of 2 GPUs are not healthy: GPU-0, GPU-1",)),
        (node(handshake=""), ("has not asked for it", "the scheduler does not run")),
        (node(handshake="Deleted_2026-01-23 04:30:04"), ("has given it up", "did not answer in time")),
        (node(shares="0"), ("is not allocatable, though 2 GPUs are registered", "kubelet")),
        (node(shares="2"), ("2 nvidia.com/gpu are allocatable, and its 2 GPUs come to 20 shares",)),
        (node(on="off", shares="0"), ("nobody hands out its GPUs", "lacks the label gpu=on")),
    ],
)
def test_each_node_that_fails_is_named_with_the_likely_cause(
    wrong: dict[str, Any], words: tuple[str, ...]
) -> None:
    [line] = told(wrong)
    assert line.startswith("Node a: ")
    for word in words:
        assert word in line


def test_a_pod_that_does_not_come_up_is_the_cause() -> None:
    [line] = told(node(), pods=[pod(waiting="CrashLoopBackOff")])
    assert "CrashLoopBackOff" in line


def test_all_nodes_that_fail_are_told_and_no_others() -> None:
    lines = told(node("a"), node("b"), node("c", register=""), pods=[pod("a"), pod("b"), pod("c")])
    assert [line.partition(":")[0] for line in lines] == ["Node c"]
    cpu = {"metadata": {"name": "cpu", "labels": {}}, "spec": {}, "status": {"allocatable": {}}}
    assert told(cpu, node("plain", on="off", shares="8")) == [], "NVIDIA's plugin may serve the others"


@pytest.mark.req("S3-11")
def test_two_device_plugins_on_a_node_are_told() -> None:
    [line] = told(node(), rivals=(NVIDIA,))
    assert (
        "DaemonSet kube-system/under-any-name and DaemonSet kube-system/nvidia-device-plugin-daemonset"
        in line
    )
    apart = {**NVIDIA, "spec": {**NVIDIA["spec"], "template": {"spec": {"nodeSelector": {"whole": "1"}}}}}
    assert told(node(), rivals=(apart,)) == []


def test_both_forms_of_the_register_are_read() -> None:
    older = "GPU-a,10,32768,100,NVIDIA-V100,0,true:GPU-b,10,32768,100,NVIDIA-V100,1,false:"
    assert devices(node(register=older)) == [
        Device(id="GPU-a", shares=10, healthy=True),
        Device(id="GPU-b", shares=10, healthy=False),
    ]
    assert devices(node(register='[{"id":"GPU-a","count":4,"index":1}]')) == [
        Device(id="GPU-a", shares=4, healthy=True)
    ]


class Cluster:
    def __init__(self, settings: str = "", **objects: list[dict[str, Any]]) -> None:
        self.settings, self.objects = settings, objects

    def get(self, _version: str, kind: str, name: str, _namespace: str) -> dict[str, Any] | None:
        there = (kind, name) == ("ConfigMap", "settings") and self.settings
        return {"data": {"device-config.yaml": self.settings}} if there else None

    def list(self, _version: str, kind: str, **_how: Any) -> list[dict[str, Any]]:
        return self.objects.get(kind, [])


def seen(settings: str = "", **objects: Any) -> list[str]:
    given = {"DaemonSet": [AGENT], "Deployment": [SCHEDULER], "Pod": [pod()], "Node": [node()], **objects}
    found = without_shares(cast("Client", Cluster(settings, **given)), PRODUCTS["hami"])
    return [f"{one.object}: {one.message}" for one in found]


@pytest.mark.req("S3-11")
def test_scheduler_and_device_plugin_have_to_be_there() -> None:
    assert seen() == []
    assert seen(DaemonSet=[]) == ["hami: no DaemonSet of its device plugin was found."]
    assert seen(Deployment=[]) == ["hami: no Deployment of its scheduler was found."]
    [line] = seen(Deployment=[{**SCHEDULER, "status": {}}])
    assert line.startswith("Deployment kube-system/hami-scheduler: 0 of 1 copies")


@pytest.mark.req("S3-10")
def test_shares_are_counted_under_the_name_that_the_settings_give_them() -> None:
    settings = "nvidia:\n  resourceCountName: otterscale.com/vgpu\n"
    assert seen(settings, Node=[node(resource="otterscale.com/vgpu")]) == []
    [line] = seen(settings)
    assert "otterscale.com/vgpu is not allocatable" in line
