# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nodes offer and what is left of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from .._gpu_nodes.daemonsets import NODE_CONDITION
from .._gpu_nodes.marks import Taint
from .._gpu_nodes.matching import bars, selects
from .._gpu_nodes.selection import labels_of, name_of
from .._names import SERVICE_LABEL
from .._quantities import quantity
from .facts import Facts, Object
from .pods import PodGroup, Wanted, requests


@dataclass(kw_only=True)
class Supply:
    """One node while pods are laid onto it."""

    node: Object
    allocatable: Mapping[str, Decimal]
    free: dict[str, Decimal] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return name_of(self.node)

    def lacks(self, name: str, amount: Decimal) -> bool:
        """Devices that a node does not name it has not; other resources it then does not count."""
        counts = "/" in name or name in self.allocatable
        return counts and self.free.get(name, Decimal(0)) < amount

    def holds(self, wanted: Mapping[str, Decimal]) -> bool:
        return not any(self.lacks(name, amount) for name, amount in wanted.items())

    def take(self, wanted: Mapping[str, Decimal]) -> None:
        for name, amount in wanted.items():
            self.free[name] = self.free.get(name, Decimal(0)) - amount


def supplies(facts: Facts, services: Sequence[Wanted]) -> list[Supply]:
    """Every node that takes pods, less what pods hold that are not those of these services: theirs are
    replaced by what is asked for now."""
    found = {
        name_of(node): Supply(node=node, allocatable=allocatable(node), free=allocatable(node))
        for node in facts.nodes or ()
        if takes_pods(node)
    }
    ours = _marks(services)
    for pod in facts.pods or ():
        supply = found.get(pod["spec"].get("nodeName") or "")
        if supply is not None and not _is_ours(pod, ours):
            supply.take(requests(pod["spec"]))
    return list(found.values())


def allocatable(node: Object) -> dict[str, Decimal]:
    given = node.get("status", {}).get("allocatable") or {}
    return {name: quantity(amount) for name, amount in given.items()}


def takes_pods(node: Object) -> bool:
    """Ready, not cordoned, and in a condition that lets pods in."""
    if node.get("spec", {}).get("unschedulable") or any(is_condition(taint) for taint in taints_of(node)):
        return False
    conditions = {each["type"]: each["status"] for each in node.get("status", {}).get("conditions") or ()}
    return conditions.get("Ready") == "True"


def chosen(nodes: Iterable[Object], group: PodGroup) -> list[Object]:
    """The nodes that a pod's selector and affinity choose."""
    return [node for node in nodes if selects(group.spec, node)]


def barred(node: Object, group: PodGroup) -> list[Taint]:
    """The taints of the node that keep the pod away, but for those that tell a passing condition."""
    return [taint for taint in taints_of(node) if bars(taint, group.spec) and not is_condition(taint)]


def taints_of(node: Object) -> list[Taint]:
    return [Taint.read(each) for each in node.get("spec", {}).get("taints") or ()]


def is_condition(taint: Taint) -> bool:
    return taint.key.startswith(NODE_CONDITION) and taint.effect != "PreferNoSchedule"


def demands(group: PodGroup) -> str:
    """The same for pods that ask the same of a node's labels and taints."""
    return repr([group.spec.get(name) for name in ("nodeSelector", "affinity", "tolerations")])


class Eligible:
    """The nodes of a supply that pods may use, found once for all that ask for the same."""

    def __init__(self, supply: Sequence[Supply]) -> None:
        self._supply = supply
        self._found: dict[str, list[Supply]] = {}

    def of(self, group: PodGroup) -> list[Supply]:
        key = demands(group)
        if key not in self._found:
            self._found[key] = [
                each
                for each in self._supply
                if selects(group.spec, each.node) and not barred(each.node, group)
            ]
        return self._found[key]


def counted(resource: str, group: PodGroup) -> bool:
    """Whether nodes count a resource: extended resources of the scheduler do."""
    return "/" in resource and group.requests[resource] > 0


def values(nodes: Iterable[Object], label: str) -> dict[str, int]:
    """How many nodes have each value of a label."""
    found: dict[str, int] = {}
    for node in nodes:
        value = labels_of(node).get(label)
        if value:
            found[value] = found.get(value, 0) + 1
    return found


Marks = dict[tuple[str, str, str], list[Mapping[str, str]]]


def _marks(services: Iterable[Wanted]) -> Marks:
    """The selectors of the services, by namespace and one label that few pods have. That of those which
    take requests leaves out their workers."""
    found: Marks = {}
    for one in services:
        for selector in (one.plan.pod_selector, {SERVICE_LABEL: one.plan.name}):
            key = next(
                (key for key, value in selector.items() if value == one.plan.name), next(iter(selector))
            )
            found.setdefault((one.plan.namespace, key, selector[key]), []).append(selector)
    return found


def _is_ours(pod: Object, marks: Marks) -> bool:
    labels, namespace = labels_of(pod), pod["metadata"].get("namespace", "")
    return any(
        selector.items() <= labels.items()
        for key, value in labels.items()
        for selector in marks.get((namespace, key, value), ())
    )
