# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices that simulated nodes seem to have, so that what asks for them can be tried without hardware.

Pods would be sent to a real node that has no such devices, so a cluster with any real node is refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._apply import Diagnosis, Refused
from .._cluster import Client, Object
from .._gpu_nodes import Selection
from .._gpu_nodes.selection import Node, labels_of, name_of
from .._names import SIMULATED_ANNOTATION
from .._rights import Right, Rights, on_kind

SIMULATED_BY = "kwok.x-k8s.io/node"
"""Label or annotation of nodes that nothing runs."""
FEW = 3
FINISHED = ("Succeeded", "Failed")


@dataclass(frozen=True, kw_only=True)
class Devices:
    """``labels`` are those that the real thing would put on nodes that have the devices."""

    resource: str
    per_node: int
    labels: Mapping[str, str]
    selection: Selection


@dataclass(frozen=True, kw_only=True)
class NodePatch:
    """What a node's metadata and status lack, as merge patches; empty where nothing does."""

    node: str
    metadata: Mapping[str, Any]
    amounts: Mapping[str, str | None]

    @property
    def changed(self) -> bool:
        return bool(self.metadata or self.amounts)


def simulate(client: Client, devices: Devices, *, check_mode: bool) -> list[NodePatch]:
    """Raises Refused where a node of the cluster is real, or none is chosen."""
    nodes = client.list("v1", "Node")
    _refuse_real(nodes, devices)
    chosen = devices.selection.pick(nodes)
    if not chosen:
        hint = "Choose others, or mark them with the role gpu_nodes first."
        raise Refused([_problem(devices, "NodesMissing", f"no node matches {devices.selection}.", hint)])
    return _written(client, [addition(node, devices) for node in chosen], check_mode=check_mode)


def end_simulation(client: Client, devices: Devices, *, force: bool, check_mode: bool) -> list[NodePatch]:
    """Takes away what was simulated, wherever it is. Raises Refused while pods ask for it, unless forced."""
    nodes = [node for node in client.list("v1", "Node") if devices.resource in simulated_on(node)]
    if nodes and not force and (users := _users(client, devices.resource)):
        more = f" and {len(users) - FEW} more" if len(users) > FEW else ""
        message = f"pods use {devices.resource}: {', '.join(users[:FEW])}{more}."
        hint = "Remove their services first, or set force: true; they could not start again."
        raise Refused([_problem(devices, "InUse", message, hint)])
    return _written(client, [removal(node, devices) for node in nodes], check_mode=check_mode)


def rights(client: Client) -> Rights:
    nodes = on_kind(client, "v1", "Node", ("list", "patch")) | on_kind(client, "v1", "Pod", ("list",))
    return nodes | Rights(used=frozenset({Right("patch", "", "nodes/status")}))


def addition(node: Node, devices: Devices) -> NodePatch:
    there = _allocatable(node).get(devices.resource)
    listed = simulated_on(node)
    if there is not None and devices.resource not in listed:
        return NodePatch(node=name_of(node), metadata={}, amounts={})  # whoever advertises them keeps them
    amount = str(devices.per_node)
    lacking = {key: value for key, value in devices.labels.items() if labels_of(node).get(key) != value}
    metadata: dict[str, Any] = {"labels": lacking} if lacking else {}
    if devices.resource not in listed:
        metadata["annotations"] = {SIMULATED_ANNOTATION: ",".join(sorted([*listed, devices.resource]))}
    return NodePatch(
        node=name_of(node),
        metadata=metadata,
        amounts={} if there == amount else {devices.resource: amount},
    )


def removal(node: Node, devices: Devices) -> NodePatch:
    others = [name for name in simulated_on(node) if name != devices.resource]
    return NodePatch(
        node=name_of(node),
        metadata={
            "labels": dict.fromkeys(devices.labels),
            "annotations": {SIMULATED_ANNOTATION: ",".join(others) or None},
        },
        amounts={devices.resource: None},
    )


def simulated_on(node: Node) -> list[str]:
    """The resources that a node only seems to have."""
    written = (node["metadata"].get("annotations") or {}).get(SIMULATED_ANNOTATION, "")
    return [name for name in written.split(",") if name]


def _refuse_real(nodes: Sequence[Node], devices: Devices) -> None:
    real = [
        name_of(node)
        for node in nodes
        if SIMULATED_BY not in labels_of(node)
        and SIMULATED_BY not in (node["metadata"].get("annotations") or {})
    ]
    if real:
        more = f" and {len(real) - FEW} more" if len(real) > FEW else ""
        message = (
            f"nodes {', '.join(real[:FEW])}{more} are real; devices are simulated on simulated clusters only."
        )
        hint = "Install the vendor's programs there (mode operator or topolvm), or say mode: existing."
        raise Refused([_problem(devices, "NotSimulated", message, hint)])


def _written(client: Client, patches: list[NodePatch], *, check_mode: bool) -> list[NodePatch]:
    if not check_mode:
        for patch in patches:
            for path, body in _requests(patch):
                client.request("PATCH", path, body=body, content_type="application/merge-patch+json")
    return patches


def _requests(patch: NodePatch) -> Iterator[tuple[str, Object]]:
    path = f"/api/v1/nodes/{patch.node}"
    if patch.metadata:  # first, so that devices are never seen without the word that they are simulated
        yield path, {"metadata": dict(patch.metadata)}
    if patch.amounts:
        amounts = dict(patch.amounts)
        yield f"{path}/status", {"status": {"capacity": amounts, "allocatable": amounts}}


def _users(client: Client, resource: str) -> list[str]:
    return [
        f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
        for pod in client.list("v1", "Pod")
        if pod.get("status", {}).get("phase") not in FINISHED
        and any(
            resource in ((container.get("resources") or {}).get("limits") or {})
            for container in (*pod["spec"]["containers"], *(pod["spec"].get("initContainers") or ()))
        )
    ]


def _allocatable(node: Node) -> Mapping[str, str]:
    amounts: Mapping[str, str] = node.get("status", {}).get("allocatable") or {}
    return amounts


def _problem(devices: Devices, code: str, message: str, hint: str) -> Diagnosis:
    return Diagnosis(code=code, object=devices.resource, message=message, hint=hint)
