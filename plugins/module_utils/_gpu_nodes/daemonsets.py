# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DaemonSets that a new taint would shut out of nodes on which they run today."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .marks import Taint
from .selection import Node, labels_of, name_of

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
                if _bars(taint, pod):
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


def _bars(taint: Taint, pod: Mapping[str, Any]) -> bool:
    tolerations = pod.get("tolerations") or ()
    return taint.effect != "PreferNoSchedule" and not any(_covers(one, taint) for one in tolerations)


def _covers(toleration: Mapping[str, Any], taint: Taint) -> bool:
    if toleration.get("effect") not in (None, "", taint.effect):
        return False
    exists: bool = toleration.get("operator", "Equal") == "Exists"
    key = toleration.get("key") or ""
    if not key:
        return exists
    value: str = toleration.get("value") or ""
    return bool(key == taint.key and (exists or value == taint.value))


def _runs_on(pod: Mapping[str, Any], node: Node) -> bool:
    for taint in map(Taint.read, node.get("spec", {}).get("taints") or ()):
        if not taint.key.startswith(NODE_CONDITION) and _bars(taint, pod):
            return False
    selector: Mapping[str, str] = pod.get("nodeSelector") or {}
    if not selector.items() <= labels_of(node).items():
        return False
    affinity = (pod.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if not required:
        return True
    return any(_term_matches(term, node) for term in required["nodeSelectorTerms"])


def _term_matches(term: Mapping[str, Any], node: Node) -> bool:
    expressions, fields = term.get("matchExpressions") or (), term.get("matchFields") or ()
    if not expressions and not fields:
        return False
    by_field = {"metadata.name": name_of(node)}
    return all(_matches(entry, labels_of(node)) for entry in expressions) and all(
        _matches(entry, by_field) for entry in fields
    )


_OPERATORS: Mapping[str, Callable[[str | None, Sequence[str]], bool]] = {
    "In": lambda has, values: has in values,
    "NotIn": lambda has, values: has not in values,
    "Exists": lambda has, values: has is not None,
    "DoesNotExist": lambda has, values: has is None,
    "Gt": lambda has, values: has is not None and int(has) > int(values[0]),
    "Lt": lambda has, values: has is not None and int(has) < int(values[0]),
}


def _matches(entry: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    return _OPERATORS[entry["operator"]](labels.get(entry["key"]), entry.get("values") or ())
