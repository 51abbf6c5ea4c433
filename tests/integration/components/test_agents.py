# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The agents of GPU nodes on a real control plane: where they land, and how they are judged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._agents import AGENTS
from ansible_collections.inferops.serving.plugins.module_utils._apply import Refused
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ApiError, Client
from ansible_collections.inferops.serving.plugins.module_utils._prerequisites import (
    Request,
    provide,
    withdraw,
)
from ansible_collections.inferops.serving.plugins.module_utils._prerequisites.effects import judge

from tests.support.lab import eventually

from .conftest import TAINT, daemon_set, marks, written

pytestmark = [pytest.mark.proof("A", "C")]
Ask = Callable[..., Request]
Put = Callable[[dict[str, Any]], dict[str, Any]]
ORDER = tuple(AGENTS)
PCI = "feature.node.kubernetes.io/pci-10de.present"


def hosts(client: Client, name: str) -> set[str]:
    pods = client.list("v1", "Pod")
    return {
        pod["spec"].get("nodeName", "")
        for pod in pods
        for owner in pod["metadata"].get("ownerReferences", ())
        if owner["name"] == name
    }


@pytest.mark.req("S1-15", "S1-17", "S1-22", "S1-23", "S1-24", "S1-28")
def test_all_agents_reach_the_tainted_nodes_have_their_effect_and_leave_nothing_behind(
    client: Client, asking: Ask
) -> None:
    before, nodes = written(client), marks(client)
    for name in ORDER:
        result = provide(client, asking(name), wait_timeout=60)
        assert result.changed
        assert not result.diagnosis, name
    assert result.inventory["bare-0"] == {
        "product": "NVIDIA-L40S",
        "count": 8,
        "memory_mib": 46068,
        "mig": "none",
    }
    assert hosts(client, "node-feature-discovery-worker") == {"bare-0", "bare-1", "cpu-0"}
    for name in ("nvidia-device-plugin-daemonset", "gpu-feature-discovery", "dcgm-exporter"):
        assert hosts(client, name) == {"bare-0", "bare-1"}, name

    for name in ORDER:
        again = provide(client, asking(name), wait_timeout=60)
        assert not again.changed, name

    gone = {"delete_definitions": True, "delete_namespace": True, "wait_timeout": 60}
    for name in reversed(ORDER):
        for outcome in withdraw(client, asking(name), **gone):
            assert not outcome.diagnosis
    assert written(client) == before
    assert marks(client) == nodes


@pytest.mark.req("S1-20", "S1-30")
@pytest.mark.parametrize("preset", ["seed", "current"])
def test_every_object_is_valid_for_the_api_server(client: Client, asking: Ask, preset: str) -> None:
    """Strictly, which the reference's wrongly nested affinity is not."""
    for name in ORDER:
        for obj in asking(name, version_preset=preset, namespace="default").objects():
            client.apply(obj, dry_run=True)


@pytest.mark.req("S1-30")
def test_affinity_beside_where_it_belongs_is_not_valid(client: Client) -> None:
    terms = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": []}}
    wrong = daemon_set("wrong", affinity={"nodeAffinity": {}, **terms})
    with pytest.raises(ApiError, match="field not declared"):
        client.apply(wrong, dry_run=True)


@pytest.mark.req("S1-17", "S1-24")
def test_a_missing_toleration_is_no_success(client: Client, asking: Ask, put: Put) -> None:
    """The controller counts no node that the pods do not tolerate: the rollout looks complete."""
    asked = asking("device_plugin", tolerations=[])
    before = written(client)
    with pytest.raises(Refused, match=r"GPU node bare-0: taint nvidia\.com/gpu=present:NoSchedule"):
        provide(client, asked)
    assert written(client) == before

    [untolerated] = asked.objects()
    made = put({**untolerated, "metadata": {"name": "plugin", "namespace": "kube-system"}})

    def counted() -> dict[str, Any]:
        live = client.get("apps/v1", "DaemonSet", "plugin", "kube-system") or {}
        return dict(live.get("status", {}))

    eventually(lambda: counted().get("observedGeneration") == 1)
    assert counted()["desiredNumberScheduled"] == counted()["numberReady"] == 0
    found = judge("device_plugin", [made], [], client.list("v1", "Node"), [], expected_nodes=None, gpus=1)
    assert {one.object for one in found} == {"Node bare-0", "Node bare-1"}


def test_a_taint_of_somebody_else_is_named(client: Client, asking: Ask) -> None:
    node = client.get("v1", "Node", "bare-1")
    assert node is not None
    foreign = {"key": "maintenance", "value": "soon", "effect": "NoSchedule"}
    client.patch(node, {"spec": {"taints": [TAINT, foreign]}})
    try:
        with pytest.raises(Refused, match="maintenance=soon:NoSchedule"):
            provide(client, asking("gfd"))
        result = provide(client, asking("gfd", expected_nodes=1), check_mode=True)
        assert result.decision.action == "install"
    finally:
        client.patch(node, {"spec": {"taints": [TAINT]}})


@pytest.fixture
def found_by_nfd_only(client: Client) -> Iterator[str]:
    """A GPU node that nobody marked by hand."""
    amounts = {"cpu": "8", "memory": "32Gi", "ephemeral-storage": "100Gi", "pods": "110"}
    client.request(
        "POST",
        "/api/v1/nodes",
        body={
            "metadata": {
                "name": "found",
                "labels": {PCI: "true"},
                "annotations": {"kwok.x-k8s.io/node": "fake"},
            },
            "spec": {"taints": [TAINT]},
            "status": {"capacity": amounts, "allocatable": amounts},
        },
    )
    yield "found"
    client.delete({"apiVersion": "v1", "kind": "Node", "metadata": {"name": "found"}})


@pytest.mark.req("S1-16")
def test_feature_discovery_finds_nodes_by_the_vendors_label_alone(
    client: Client, asking: Ask, found_by_nfd_only: str
) -> None:
    provide(client, asking("gfd"), wait=False)
    try:
        eventually(lambda: found_by_nfd_only in hosts(client, "gpu-feature-discovery"))
    finally:
        withdraw(client, asking("gfd"))


def test_pods_that_use_gpus_keep_the_plugin(client: Client, asking: Ask, put: Put) -> None:
    provide(client, asking("device_plugin"), wait_timeout=60)
    try:
        container = {"name": "main", "image": "app:1", "resources": {"limits": {"nvidia.com/gpu": "1"}}}
        put(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": "user", "namespace": "default"},
                "spec": {"containers": [container]},
            }
        )
        with pytest.raises(Refused, match="default/user"):
            withdraw(client, asking("device_plugin"))
    finally:
        withdraw(client, asking("device_plugin"), force=True)


def test_pods_that_chose_their_node_by_a_discovered_label_keep_the_discovery(
    client: Client, asking: Ask, put: Put
) -> None:
    provide(client, asking("nfd"), wait_timeout=60)
    try:
        spec = {
            "containers": [{"name": "main", "image": "app:1"}],
            "nodeSelector": {PCI: "true"},
            "tolerations": [{"operator": "Exists"}],
        }
        user = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "chooser", "namespace": "default"}}
        put({**user, "spec": spec})
        pods = partial(client.get, "v1", "Pod", "chooser", "default")
        eventually(lambda: bool((pods() or {}).get("spec", {}).get("nodeName")))
        with pytest.raises(Refused, match="default/chooser"):
            withdraw(client, asking("nfd"))
    finally:
        withdraw(client, asking("nfd"), force=True, delete_definitions=True, delete_namespace=True)
    assert not client.list("v1", "Node", label_selector=PCI)


@pytest.mark.proof("E", stand_in="a recorded exposition behind the exporter's port-forward")
@pytest.mark.req("S1-29")
def test_series_of_gpus_carry_the_names_of_pods_or_the_wrong_setting_is_named(
    client: Client, asking: Ask, put: Put
) -> None:
    provide(client, asking("device_plugin"), wait_timeout=60)
    container = {"name": "main", "image": "app:1", "resources": {"limits": {"nvidia.com/gpu": "2"}}}
    spec = {"containers": [container], "tolerations": [{"operator": "Exists"}]}
    user = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "user", "namespace": "default"}}
    put({**user, "spec": spec})
    off = [{"op": "remove", "path": "/spec/template/spec/containers/0/env/1"}]
    wrong = asking("dcgm", version_preset="seed", patches=[{"target": {"kind": "DaemonSet"}, "ops": off}])

    def told() -> list[str]:
        found = provide(client, asking("dcgm", mode="verify"), wait_timeout=0.1).diagnosis
        return [f"{one.object}: {one.message} {one.hint}" for one in found]

    try:
        provide(client, wrong, wait=False)
        eventually(lambda: any("default/user" in line for line in told()))
        [line] = told()
        assert line.startswith("Node bare-")
        assert "DCGM_EXPORTER_KUBERNETES=true" in line
        for preset in ("seed", "current"):
            assert not provide(client, asking("dcgm", version_preset=preset), wait_timeout=60).diagnosis
    finally:
        withdraw(client, wrong, delete_namespace=True, wait_timeout=60)
        withdraw(client, asking("device_plugin"), force=True, wait_timeout=60)
