# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels and taints on nodes of a real API server. Each test has nodes of its own and names them."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._gpu_nodes import (
    Marks,
    Refused,
    Request,
    Selection,
    reconcile,
)

pytestmark = [pytest.mark.proof("A", "C")]

LABEL, TAINT = "nvidia.com/gpu=present", "nvidia.com/gpu=present:NoSchedule"
MARKS = Marks.of(label=LABEL, taint=TAINT, extra_labels={})
FOREIGN = {"key": "maintenance", "value": "soon", "effect": "NoSchedule"}


class Lab(Protocol):
    kubeconfig: Any

    def namespace(self, prefix: str) -> str: ...


MakeNode = Callable[..., str]


@pytest.fixture
def client(lab: Lab) -> Client:
    return connect({"kubeconfig": str(lab.kubeconfig)})


@pytest.fixture
def make_node(client: Client) -> Iterator[MakeNode]:
    made: list[str] = []

    def make(*, taints: tuple[dict[str, str], ...] = (), gpus: str = "0", **labels: str) -> str:
        name = f"gpu-{uuid.uuid4().hex[:8]}"
        amounts = {"cpu": "8", "memory": "32Gi", "pods": "110", "nvidia.com/gpu": gpus}
        node = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": name, "labels": {"team": "red", **labels}},
            "spec": {"taints": list(taints), "unschedulable": True},
            "status": {"capacity": amounts, "allocatable": amounts},
        }
        client.request("POST", "/api/v1/nodes", body=node)
        made.append(name)
        return name

    yield make
    for name in made:
        client.delete({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}})


def read(client: Client, name: str) -> dict[str, Any]:
    node = client.get("v1", "Node", name)
    assert node is not None
    return node


def request(*names: str, **rest: Any) -> Request:
    return Request(selection=Selection(names=names), **{"marks": MARKS, **rest})


def taints(node: dict[str, Any]) -> list[dict[str, str]]:
    """Without those that the node controllers of a running cluster put on a node nobody runs."""
    return [
        entry
        for entry in node["spec"].get("taints", [])
        if not entry["key"].startswith("node.kubernetes.io/")
    ]


def content(node: dict[str, Any]) -> dict[str, Any]:
    """What a person wrote into a node: neither times and versions, nor what controllers add by themselves."""
    node = copy.deepcopy(node)
    node["spec"]["taints"] = taints(node)
    annotations = node["metadata"].get("annotations", {})
    return {
        "labels": node["metadata"]["labels"],
        "annotations": {
            key: value for key, value in annotations.items() if key.startswith("inferops.serving/")
        },
        "spec": node["spec"],
    }


@pytest.mark.req("S1-02", "S1-03")
def test_label_and_taint_are_added_beside_those_of_others_and_the_second_run_writes_nothing(
    client: Client, make_node: MakeNode
) -> None:
    names = [make_node(taints=(FOREIGN,)) for _ in range(3)]
    first = reconcile(client, request(*names))
    assert first.changed
    for name in names:
        node = read(client, name)
        assert node["metadata"]["labels"]["nvidia.com/gpu"] == "present"
        assert node["metadata"]["labels"]["team"] == "red"
        assert taints(node) == [
            FOREIGN,
            {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"},
        ]

    second = reconcile(client, request(*names))
    assert not second.changed
    assert {report["action"] for report in second.nodes} == {"unchanged"}


@pytest.mark.req("S1-07")
def test_absent_leaves_the_node_as_it_was_before(client: Client, make_node: MakeNode) -> None:
    names = [make_node(taints=(FOREIGN,)), make_node()]
    before = [content(read(client, name)) for name in names]
    reconcile(client, request(*names))
    gone = reconcile(client, request(*names, state="absent"))
    assert gone.changed
    assert [content(read(client, name)) for name in names] == before
    assert not reconcile(client, request(*names, state="absent")).changed


@pytest.mark.req("S1-07")
def test_absent_is_refused_while_pods_chose_the_node_by_its_label(
    client: Client, make_node: MakeNode, lab: Lab
) -> None:
    name = make_node()
    reconcile(client, request(name))
    before = read(client, name)
    container = {"name": "main", "image": "app:1"}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "chooser", "namespace": lab.namespace("chooser")},
        "spec": {
            "nodeName": name,
            "nodeSelector": {"nvidia.com/gpu": "present"},
            "tolerations": [{"operator": "Exists"}],
            "containers": [container],
        },
    }
    client.apply(pod)
    with pytest.raises(Refused, match="/chooser"):
        reconcile(client, request(name, state="absent"))
    after = read(client, name)
    assert (after["metadata"]["labels"], taints(after)) == (before["metadata"]["labels"], taints(before))
    assert reconcile(client, request(name, state="absent", force=True)).changed
    client.request(
        "DELETE",
        f"/api/v1/namespaces/{pod['metadata']['namespace']}/pods/chooser",
        query={"gracePeriodSeconds": "0"},
    )


def test_absent_leaves_marks_that_somebody_else_set(client: Client, make_node: MakeNode) -> None:
    ours = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
    name = make_node(taints=(ours,), **{"nvidia.com/gpu": "present"})
    assert not reconcile(client, request(name)).changed
    assert not reconcile(client, request(name, state="absent")).changed
    assert taints(read(client, name)) == [ours]


@pytest.mark.req("S1-03")
def test_another_value_is_reported_and_changed_only_on_demand(client: Client, make_node: MakeNode) -> None:
    other = {"key": "nvidia.com/gpu", "value": "true", "effect": "NoSchedule"}
    name = make_node(taints=(other,), **{"nvidia.com/gpu": "true"})
    outcome = reconcile(client, request(name))
    assert not outcome.changed
    assert len(outcome.nodes[0]["conflicts"]) == 2
    assert taints(read(client, name)) == [other]

    assert reconcile(client, request(name, overwrite=True)).changed
    node = read(client, name)
    assert taints(node) == [{**other, "value": "present"}]
    assert node["metadata"]["labels"]["nvidia.com/gpu"] == "present"


@pytest.mark.req("S1-05")
def test_verify_names_what_each_node_lacks_and_writes_nothing(client: Client, make_node: MakeNode) -> None:
    bare, labelled = make_node(), make_node(**{"nvidia.com/gpu": "present"})
    versions = [read(client, name)["metadata"]["managedFields"] for name in (bare, labelled)]
    with pytest.raises(Refused) as refusal:
        reconcile(client, request(bare, labelled, mode="verify"))
    message = str(refusal.value)
    assert f"{bare}: missing label {LABEL}" in message
    assert f"{bare}: missing taint {TAINT}" in message
    assert f"{labelled}: missing taint {TAINT}" in message
    assert f"{labelled}: missing label" not in message
    writers = [[entry["manager"] for entry in entries] for entries in versions]
    after = [read(client, name)["metadata"]["managedFields"] for name in (bare, labelled)]
    assert [[entry["manager"] for entry in entries] for entries in after] == writers


@pytest.mark.req("S1-05")
def test_verify_is_content_once_the_marks_are_there(client: Client, make_node: MakeNode) -> None:
    name = make_node()
    reconcile(client, request(name))
    assert not reconcile(client, request(name, mode="verify")).changed


@pytest.mark.req("S1-04")
def test_a_node_is_found_by_its_gpus(client: Client, make_node: MakeNode) -> None:
    name, other = make_node(gpus="4"), make_node()
    outcome = reconcile(
        client, Request(selection=Selection(), marks=MARKS, check=True, daemonset_policy="ignore")
    )
    found = [report["name"] for report in outcome.nodes]
    assert name in found
    assert other not in found


@pytest.mark.req("S1-04")
def test_no_gpu_node_is_an_error_unless_it_is_allowed(client: Client) -> None:
    nothing = Selection(selector={"pool": uuid.uuid4().hex})
    with pytest.raises(Refused, match="allow_no_gpu_nodes"):
        reconcile(client, Request(selection=nothing, marks=MARKS))
    assert not reconcile(client, Request(selection=nothing, marks=MARKS, allow_none=True)).changed


def test_check_mode_tells_the_change_and_leaves_it_undone(client: Client, make_node: MakeNode) -> None:
    name = make_node()
    planned = reconcile(client, request(name, check=True))
    assert planned.changed
    assert planned.nodes[0]["action"] == "would-configure"
    assert taints(read(client, name)) == []

    real = reconcile(client, request(name))
    assert planned.diff["after"][name]["labels"] == real.diff["after"][name]["labels"]
    assert TAINT in planned.diff["after"][name]["taints"]


def test_a_taint_of_another_writer_in_between_survives(client: Client, make_node: MakeNode) -> None:
    """The node is read, then somebody else adds a taint, then we write: our write must not undo theirs."""
    name = make_node()
    racing = RacingClient(client, name)
    reconcile(racing, request(name))  # type: ignore[arg-type]
    keys = {entry["key"] for entry in read(client, name)["spec"]["taints"]}
    assert {"maintenance", "nvidia.com/gpu"} <= keys
    assert racing.refused, "the first write must have met the change"


class RacingClient:
    """Lets another writer through just before our first write."""

    def __init__(self, client: Client, name: str) -> None:
        self._client, self._name, self._raced, self.refused = client, name, False, 0

    def __getattr__(self, attribute: str) -> Any:
        return getattr(self._client, attribute)

    def request(self, method: str, path: str, **rest: Any) -> Any:
        if not self._raced:
            self._raced = True
            body = {"spec": {"taints": [FOREIGN]}}
            patch = "application/strategic-merge-patch+json"
            self._client.request("PATCH", f"/api/v1/nodes/{self._name}", body=body, content_type=patch)
        try:
            return self._client.request(method, path, **rest)
        except Exception:
            self.refused += 1
            raise


@pytest.mark.req("S1-06")
def test_a_daemonset_that_would_lose_its_nodes_is_named_or_stops_the_run(
    client: Client, make_node: MakeNode, lab: Lab
) -> None:
    name = make_node(pool="roles-daemonset")
    namespace = lab.namespace("roles-ds")
    daemonset = {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "agent", "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": {"app": "agent"}},
            "template": {
                "metadata": {"labels": {"app": "agent"}},
                "spec": {
                    "nodeSelector": {"pool": "roles-daemonset"},
                    "containers": [{"name": "main", "image": "registry.example/agent:1"}],
                },
            },
        },
    }
    client.request("POST", f"/apis/apps/v1/namespaces/{namespace}/daemonsets", body=daemonset)
    with pytest.raises(Refused, match=f"DaemonSet {namespace}/agent does not tolerate {TAINT}"):
        reconcile(client, request(name, daemonset_policy="fail"))
    assert taints(read(client, name)) == [], "nothing is written where the policy is fail"

    outcome = reconcile(client, request(name))
    assert [(lost.namespace, lost.name) for lost in outcome.shut_out if lost.namespace == namespace]
    assert any(f"{namespace}/agent" in warning for warning in outcome.warnings)
    client.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})
