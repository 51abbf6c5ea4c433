# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A CSI driver: whether each GPU node can mount with it, and which volumes do."""

from __future__ import annotations

from .._apply import Diagnosis
from .._cluster import Client, Object
from .._components import COMPONENTS, recognised
from .._components.snapshot import DAEMON_SETS
from .._gpu_nodes.inventory import gpu_nodes
from .._gpu_nodes.selection import name_of
from .._prerequisites.effects import cause_at, pods_of
from .products import Product

STORAGE = "storage.k8s.io/v1"
LOOKED_AT = (
    ("v1", "Node"),
    ("v1", "Pod"),
    ("v1", "PersistentVolume"),
    ("apps/v1", "DaemonSet"),
    (STORAGE, "CSINode"),
)
"""Kinds of which all objects are read."""


def without_driver(client: Client, product: Product) -> Diagnosis | None:
    """The first GPU node that cannot mount, or what is missing everywhere. Without GPU nodes all nodes count.

    A kubelet lists in its CSINode which drivers have registered with it; a DaemonSet that is ready tells
    less, because it counts only nodes that its pods may run on.
    """
    if client.get(STORAGE, "CSIDriver", product.driver) is None:
        return _problem(
            product.name,
            f"CSIDriver {product.driver} is not there.",
            "Its object is part of the driver's manifests; look whether it was left out.",
        )
    nodes = client.list("v1", "Node")
    agents = _agents(client, product)
    pods = [pod for one in agents for pod in pods_of(client, one)]
    registered = {obj["metadata"]["name"]: obj for obj in client.list(STORAGE, "CSINode")}
    for node in gpu_nodes(nodes) or nodes:
        name = name_of(node)
        kubelet = registered.get(name)
        cause = cause_at(node, agents, pods) if agents else "no DaemonSet of it was found"
        if kubelet is not None and product.driver in _drivers(kubelet):
            continue
        if cause or kubelet is not None:
            return _problem(
                f"Node {name}",
                f"cannot mount with {product.driver}: {cause or 'its kubelet does not know the driver'}.",
                "Look at the driver's pod there, its tolerations and its node selector.",
            )
    return None


def volumes_of(client: Client, driver: str) -> list[str]:
    """Names of the volumes that are mounted with it."""
    return [
        volume["metadata"]["name"]
        for volume in client.list("v1", "PersistentVolume")
        if (volume["spec"].get("csi") or {}).get("driver") == driver
    ]


def _agents(client: Client, product: Product) -> list[Object]:
    return recognised(COMPONENTS[product.name].signs, DAEMON_SETS, client.list("apps/v1", "DaemonSet"))


def _drivers(kubelet: Object) -> set[str]:
    return {one["name"] for one in kubelet["spec"].get("drivers") or ()}


def _problem(name: str, message: str, hint: str) -> Diagnosis:
    return Diagnosis(code="NoEffect", object=name, message=message, hint=hint)
