# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shares of GPUs: whether each GPU node has them to give, and the likely cause where it has not.

A node tells what it has in three places that fail apart: its kubelet counts shares, an annotation describes
the devices behind them, and HAMi's scheduler, which reads the latter, puts down in another that it asks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .._apply import Diagnosis
from .._apply.world import title
from .._cluster import Client, ClusterError, Object
from .._components import COMPONENTS, recognised
from .._components.snapshot import DAEMON_SETS, DEPLOYMENTS
from .._gpu_nodes.inventory import gpu_nodes, offered
from .._gpu_nodes.matching import selects
from .._gpu_nodes.selection import Node, name_of
from .._prerequisites.effects import RUNTIME, cause_at, pods_of
from .._prerequisites.nodes import pod_spec, why_unreached
from .._quantities import quantity
from .naming import FIELDS, Names, misnamed, settings
from .products import HANDSHAKE, REGISTER, Product

GIVEN_UP = "Deleted"
"""What the scheduler writes of a node that did not answer: it sends no pods there any more."""
OLDER_FIELDS = 7
COUNTED = "nvidia.com/gpu"
"""What the chart calls a share, where its settings cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Device:
    """A GPU as its node registers it."""

    id: str
    shares: int
    healthy: bool


def without_shares(client: Client, product: Product, names: Names | None = None) -> list[Diagnosis]:
    """What is wrong everywhere, and each GPU node that has no shares to give."""
    component = COMPONENTS[product.name]
    daemon_sets = client.list("apps/v1", "DaemonSet")
    agents = recognised(component.signs, DAEMON_SETS, daemon_sets)
    if not agents:
        hint = "Install it, or leave it out."
        return [_problem(product.name, "no DaemonSet of its device plugin was found.", hint)]
    schedulers = recognised(component.signs, DEPLOYMENTS, client.list("apps/v1", "Deployment"))
    pods = [pod for one in agents for pod in pods_of(client, one)]
    mounted = _mounted(client, agents[0])
    return [
        *(misnamed([*mounted, *schedulers], names) if names else ()),
        *_without_scheduler(product.name, schedulers),
        *judge(
            client.list("v1", "Node"),
            agents,
            pods,
            rivals=recognised(component.rivals, DAEMON_SETS, daemon_sets),
            resource=_counted(mounted),
        ),
    ]


def judge(
    nodes: Sequence[Node],
    agents: Sequence[Object],
    pods: Sequence[Object],
    *,
    rivals: Sequence[Object],
    resource: str,
) -> list[Diagnosis]:
    """One diagnosis for each node that the device plugin is meant for and that has no shares, and for each
    GPU node that nobody serves."""
    return [
        _problem(f"Node {name_of(node)}", f"{what}.", f"Likely cause: {cause}.")
        for node in nodes
        for what, cause in _trouble(node, agents, pods, rivals=rivals, resource=resource)[:1]
    ]


def devices(node: Node) -> list[Device]:
    """The GPUs that the node registers, in the form of JSON or in the older one; none where it tells none."""
    text = (node["metadata"].get("annotations") or {}).get(REGISTER, "")
    try:
        listed = json.loads(text) if text.startswith("[") else [_older(one) for one in text.split(":") if one]
        return [
            Device(id=str(one["id"]), shares=int(one["count"]), healthy=one.get("health", True) is not False)
            for one in listed
        ]
    except (ValueError, KeyError, TypeError):
        return []


def _older(text: str) -> dict[str, Any]:
    """``<id>,<shares>,<memory>,<cores>,<type>,<NUMA node>,<healthy>``."""
    fields = text.split(",")
    if len(fields) < OLDER_FIELDS:
        raise ValueError(text)
    return {"id": fields[0], "count": fields[1], "health": fields[6] != "false"}


def _trouble(
    node: Node,
    agents: Sequence[Object],
    pods: Sequence[Object],
    *,
    rivals: Sequence[Object],
    resource: str,
) -> list[tuple[str, str]]:
    """What is wrong with a node, and why it may be so; the first is what the others follow from."""
    meant = [one for one in agents if selects(pod_spec(one), node)]
    if not meant:
        if gpu_nodes([node]) and not offered(node):
            why = why_unreached(pod_spec(agents[0]), node)
            return [("nobody hands out its GPUs", f"HAMi's device plugin does not reach it: {why}")]
        return []
    beside = [one for one in rivals if not why_unreached(pod_spec(one), node)]
    if beside:
        both = " and ".join(title(one) for one in (meant[0], beside[0]))
        return [
            (f"{both} both hand out its GPUs", "their node selectors meet; let each node have one of them")
        ]
    if ill := cause_at(node, meant, pods):
        return [(ill, ill)]
    registered = devices(node)
    if not registered:
        return [(f"it registers no devices (annotation {REGISTER})", RUNTIME)]
    return [*_sick(registered), *_forgotten(node), *_miscounted(node, registered, resource)]


def _sick(registered: Sequence[Device]) -> Iterator[tuple[str, str]]:
    sick = [one.id for one in registered if not one.healthy]
    if sick:
        yield (
            f"{len(sick)} of {len(registered)} GPUs are not healthy: {', '.join(sick)}",
            "Xid errors in its log",
        )


def _forgotten(node: Node) -> Iterator[tuple[str, str]]:
    """The handshake's time says nothing: new device plugins do not answer it while their devices stay as they
    are."""
    said = (node["metadata"].get("annotations") or {}).get(HANDSHAKE, "")
    if not said:
        yield f"HAMi's scheduler has not asked for it ({HANDSHAKE})", "the scheduler does not run"
    elif said.startswith(GIVEN_UP):
        cause = "its device plugin did not answer in time; look at the log of that pod and restart it"
        yield f"HAMi's scheduler has given it up ({HANDSHAKE}: {said})", cause


def _miscounted(node: Node, registered: Sequence[Device], resource: str) -> Iterator[tuple[str, str]]:
    wanted = sum(one.shares for one in registered)
    amount = ((node.get("status") or {}).get("allocatable") or {}).get(resource, "0")
    there = int(quantity(str(amount)))
    if there == 0:
        cause = "its kubelet does not know the device plugin; look whether it was restarted after the plugin"
        yield f"{resource} is not allocatable, though {len(registered)} GPUs are registered", cause
    elif there != wanted:
        cause = (
            "another device plugin registers the same name, or the pod has older settings than the scheduler"
        )
        yield (
            f"{there} {resource} are allocatable, and its {len(registered)} GPUs come to {wanted} shares",
            cause,
        )


def _without_scheduler(name: str, schedulers: Sequence[Object]) -> Iterator[Diagnosis]:
    if not schedulers:
        hint = "Its Deployment is part of the chart; look whether it was left out."
        yield _problem(name, "no Deployment of its scheduler was found.", hint)
    for one in schedulers:
        wanted, ready = one["spec"].get("replicas", 1), (one.get("status") or {}).get("readyReplicas", 0)
        if ready < max(wanted, 1):
            hint = "Likely cause: its kube-scheduler is not of the cluster's version, or cannot be pulled."
            yield _problem(title(one), f"{ready} of {wanted} copies of the scheduler are ready.", hint)


def _mounted(client: Client, agent: Object) -> list[Object]:
    """The ConfigMaps of the device plugin's pods, as far as they may be read."""
    found: list[Object] = []
    for volume in pod_spec(agent).get("volumes") or ():
        if name := (volume.get("configMap") or {}).get("name"):
            with suppress(ClusterError):
                obj = client.get("v1", "ConfigMap", name, agent["metadata"]["namespace"])
                found += [{**obj, "kind": "ConfigMap"}] if obj else []
    return found


def _counted(mounted: Sequence[Object]) -> str:
    """What the settings call a share."""
    return next((str(name) for obj in mounted if (name := settings(obj).get(FIELDS["count"]))), COUNTED)


def _problem(name: str, message: str, hint: str) -> Diagnosis:
    return Diagnosis(code="NoEffect", object=name, message=message, hint=hint)
