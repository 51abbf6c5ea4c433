# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices that are simulated: never beside a real node, always marked, and gone without a trace."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, cast

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import Refused
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client
from ansible_collections.inferops.serving.plugins.module_utils._components import COMPONENTS, Snapshot, detect
from ansible_collections.inferops.serving.plugins.module_utils._components.snapshot import NODES
from ansible_collections.inferops.serving.plugins.module_utils._gpu_nodes import Selection
from ansible_collections.inferops.serving.plugins.module_utils._names import SIMULATED_ANNOTATION
from ansible_collections.inferops.serving.plugins.module_utils._prerequisites.simulate import (
    Devices,
    end_simulation,
    simulate,
)

RESOURCE, LABEL = "phison.com/ai100", "phison.com/ai100-present"
CACHES = Devices(
    resource=RESOURCE,
    per_node=2,
    labels={LABEL: "true"},
    selection=Selection(selector={"nvidia.com/gpu": "present"}),
)


def node(name: str, *, simulated: bool = True, gpu: bool = True, **amounts: str) -> dict[str, Any]:
    return {
        "metadata": {
            "name": name,
            "labels": {"nvidia.com/gpu": "present"} if gpu else {},
            "annotations": {"kwok.x-k8s.io/node": "fake"} if simulated else {},
        },
        "spec": {},
        "status": {"allocatable": dict(amounts), "capacity": dict(amounts)},
    }


def merge(target: dict[str, Any], patch: dict[str, Any]) -> None:
    for key, value in patch.items():
        if value is None:
            target.pop(key, None)
        elif isinstance(value, dict):
            merge(target.setdefault(key, {}), value)
        else:
            target[key] = value


class Nodes:
    """An API server that holds nodes and pods, and merges patches as the real one does."""

    def __init__(self, *nodes: dict[str, Any], pods: tuple[dict[str, Any], ...] = ()) -> None:
        self.nodes = {one["metadata"]["name"]: one for one in nodes}
        self.pods = list(pods)
        self.writes = 0

    def list(self, _version: str, kind: str) -> list[dict[str, Any]]:
        return list(self.nodes.values()) if kind == "Node" else self.pods

    def request(self, _method: str, path: str, *, body: dict[str, Any], content_type: str) -> None:
        assert "merge-patch" in content_type
        self.writes += 1
        merge(self.nodes[path.split("/")[4]], body)


def run(cluster: Nodes, *, check_mode: bool = False) -> list[str]:
    patches = simulate(cast("Client", cluster), CACHES, check_mode=check_mode)
    return [patch.node for patch in patches if patch.changed]


def end(cluster: Nodes, *, force: bool = False) -> list[str]:
    return [
        patch.node for patch in end_simulation(cast("Client", cluster), CACHES, force=force, check_mode=False)
    ]


def test_chosen_nodes_advertise_the_devices_and_say_that_they_are_simulated() -> None:
    cluster = Nodes(node("a"), node("cpu", gpu=False))
    assert run(cluster) == ["a"]
    chosen = cluster.nodes["a"]
    assert chosen["status"]["allocatable"] == chosen["status"]["capacity"] == {RESOURCE: "2"}
    assert chosen["metadata"]["labels"][LABEL] == "true"
    assert chosen["metadata"]["annotations"][SIMULATED_ANNOTATION] == RESOURCE
    finding = detect(COMPONENTS["aidaptiv"], Snapshot(objects={NODES: [chosen]}))
    assert finding.evidence[0] == f"node a advertise {RESOURCE}, which is simulated"


def test_a_second_run_changes_nothing() -> None:
    cluster = Nodes(node("a"))
    run(cluster)
    writes = cluster.writes
    assert run(cluster) == []
    assert cluster.writes == writes


def test_check_mode_foretells_and_writes_nothing() -> None:
    cluster = Nodes(node("a"))
    assert run(cluster, check_mode=True) == ["a"]
    assert cluster.writes == 0


def test_it_goes_without_a_trace() -> None:
    before = node("a")
    cluster = Nodes(deepcopy(before))
    run(cluster)
    assert end(cluster) == ["a"]
    assert cluster.nodes["a"] == before
    assert end(cluster) == []


def test_what_a_node_advertises_for_another_reason_is_left() -> None:
    cluster = Nodes(node("a", **{RESOURCE: "4"}))
    assert run(cluster) == []
    assert end(cluster) == []
    assert cluster.writes == 0


def test_a_cluster_with_a_real_node_is_refused_even_where_that_is_not_chosen() -> None:
    cluster = Nodes(node("a"), node("control-plane", simulated=False, gpu=False))
    with pytest.raises(Refused, match="control-plane are real"):
        run(cluster)
    assert cluster.writes == 0


def test_a_cluster_without_such_nodes_is_refused() -> None:
    with pytest.raises(Refused, match="no node matches"):
        run(Nodes(node("cpu", gpu=False)))


def test_devices_in_use_stay_unless_forced() -> None:
    container = {"resources": {"limits": {RESOURCE: "1"}}}
    pod = {"metadata": {"namespace": "llm", "name": "chat-0"}, "spec": {"containers": [container]}}
    cluster = Nodes(node("a"), pods=(pod,))
    run(cluster)
    with pytest.raises(Refused, match="llm/chat-0"):
        end(cluster)
    assert end(cluster, force=True) == ["a"]
