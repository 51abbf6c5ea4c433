# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DaemonSets that a new taint would shut out of nodes on which they run today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .marks import Taint
from .matching import bars, selects
from .selection import Node, name_of

NODE_CONDITION = "node.kubernetes.io/"
"""Keys of the taints that tell a node's condition. Every DaemonSet is given tolerations of them."""


@dataclass(frozen=True, kw_only=True)
class ShutOut:
    namespace: str
    name: str
    taint: str
    nodes: tuple[str, ...]

    def __str__(self) -> str:
        nodes = ", ".join(self.nodes)
        return f"DaemonSet {self.namespace}/{self.name} does not tolerate {self.taint} ({nodes})"


def shut_out(
    daemonsets: Sequence[Mapping[str, Any]], tainted: Sequence[tuple[Node, Sequence[Taint]]]
) -> list[ShutOut]:
    """Looks at each pair of a node and the taints it is about to get."""
    found = []
    for daemonset in daemonsets:
        pod = daemonset["spec"]["template"]["spec"]
        lost: dict[Taint, list[str]] = {}
        for node, taints in tainted:
            if not _runs_on(pod, node):
                continue
            for taint in taints:
                if bars(taint, pod):
                    lost.setdefault(taint, []).append(name_of(node))
        found += [
            ShutOut(
                namespace=daemonset["metadata"]["namespace"],
                name=daemonset["metadata"]["name"],
                taint=str(taint),
                nodes=tuple(nodes),
            )
            for taint, nodes in lost.items()
        ]
    return found


def _runs_on(pod: Mapping[str, Any], node: Node) -> bool:
    for taint in map(Taint.read, node.get("spec", {}).get("taints") or ()):
        if not taint.key.startswith(NODE_CONDITION) and bars(taint, pod):
            return False
    return selects(pod, node)
