# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Devices that a product advertises on nodes: whether any node has them, and why a marked one has not.

The product's own discovery marks a node with a label, and its device plugin, which follows the label, counts
the devices there. Where the packaging has volumes instead, a StorageClass offers them.
"""

from __future__ import annotations

from collections.abc import Sequence

from .._apply import Diagnosis
from .._cluster import Client, Object
from .._components import COMPONENTS
from .._components.signs import Class
from .._components.snapshot import Snapshot, read
from .._gpu_nodes.selection import Node, labels_of, name_of
from .._prerequisites.effects import cause_at, pods_of
from .._quantities import quantity
from .products import Product


def without_devices(client: Client, product: Product) -> list[Diagnosis]:
    """Each marked node that advertises nothing, or that no node does."""
    nodes = client.list("v1", "Node")
    plugins = [one for one in client.list("apps/v1", "DaemonSet") if _is_plugin(one, product)]
    pods = [pod for one in plugins for pod in pods_of(client, one)]
    found = judge(nodes, plugins, pods, product)
    return [] if found and _has_volumes(client, product) else found


def judge(
    nodes: Sequence[Node], plugins: Sequence[Object], pods: Sequence[Object], product: Product
) -> list[Diagnosis]:
    marked = [node for node in nodes if labels_of(node).get(product.mark) == "true"]
    lacking = [node for node in marked if not _offered(node, product)]
    if lacking:
        return [
            _problem(
                f"Node {name_of(node)}",
                f"is marked ({product.mark}) and advertises no {product.resource}.",
                f"Likely cause: {cause_at(node, plugins, pods) or _silent(plugins)}.",
            )
            for node in lacking
        ]
    if any(_offered(node, product) for node in nodes):
        return []
    return [
        _problem(
            product.name,
            f"no node advertises {product.resource}, and none is marked with {product.mark}.",
            "Look at the DaemonSet of its node discovery: whether it tolerates the taints of these nodes, and"
            " whether they have such devices, with the firmware that it asks for.",
        )
    ]


def _silent(plugins: Sequence[Object]) -> str:
    if not plugins:
        return "the DaemonSet of its device plugin is not there; look at the operator's log"
    return "the device plugin refuses the device, such as for its firmware; look at the log of its pod"


def _offered(node: Node, product: Product) -> bool:
    amount = ((node.get("status") or {}).get("allocatable") or {}).get(product.resource, "0")
    return bool(quantity(str(amount)))


def _is_plugin(daemon_set: Object, product: Product) -> bool:
    return any(daemon_set["metadata"]["name"] == name for _version, _kind, name in product.makes[:1])


def _has_volumes(client: Client, product: Product) -> bool:
    """Whether a StorageClass offers them."""
    signs = [sign for sign in COMPONENTS[product.name].signs if isinstance(sign, Class)]
    snapshot: Snapshot = read(client, {listing for sign in signs for listing in sign.listings})
    return any(sign.traces(snapshot) for sign in signs)


def _problem(name: str, message: str, hint: str) -> Diagnosis:
    return Diagnosis(code="NoEffect", object=name, message=message, hint=hint)
