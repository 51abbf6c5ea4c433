# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-23: nodes that the pods ask for: products, labels, taints, devices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..._catalogue.gpus import PRODUCT_LABEL
from ..._fleet import Problem
from ..._gpu_nodes.inventory import gpu_inventory
from ..._gpu_nodes.matching import matches, required_terms
from ..._gpu_nodes.selection import labels_of, name_of
from ..._plan.gpu import resource_names
from ..._rules.finding import at, error, warning
from ..facts import Facts, Object
from ..pods import PodGroup, Wanted
from ..supply import allocatable, barred, chosen, counted, demands, takes_pods, values

CODE = "V-23"
Picked = tuple[Sequence[Object], Sequence[Object]]
"""The nodes that pods choose, and those of them whose taints let them in."""
SHOWN = 5
"""Nodes that a message names."""


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    if facts.nodes is None:
        return
    found: dict[str, Picked] = {}
    for one in services:
        told: set[str] = set()
        for group in one.pods:
            key = demands(group)
            if key not in found:
                picked = chosen(facts.nodes, group)
                found[key] = picked, [node for node in picked if not barred(node, group)]
            for problem in _judge(one, group, facts.nodes, *found[key]):
                if str(problem) not in told:
                    told.add(str(problem))
                    yield problem


def _judge(
    one: Wanted, group: PodGroup, nodes: Sequence[Object], picked: Sequence[Object], open_to: Sequence[Object]
) -> Iterator[Problem]:
    yield from _devices(one, group, nodes)
    if not picked:
        yield from _nothing_chosen(one, group, nodes)
        return
    if not open_to:
        taints = sorted({str(taint) for node in picked for taint in barred(node, group)})
        message = f"the pods do not tolerate {', '.join(taints)} of the nodes that they ask for"
        hint = "Add it to tolerations, or set llm_cluster.gpu_nodes.taint."
        yield error(CODE, at(one.plan, "tolerations"), f"{message} ({_names(picked)}).", hint)
    elif not any(takes_pods(node) for node in open_to):
        message = (
            f"no node that the pods ask for takes pods now: {_names(open_to)} are cordoned or not Ready."
        )
        yield error(CODE, at(one.plan), message, "kubectl describe node tells why.")


def _nothing_chosen(one: Wanted, group: PodGroup, nodes: Sequence[Object]) -> Iterator[Problem]:
    """Names each label that no node has; where each has its node, the labels together."""
    asked = [*_selector(group), *(entry for term in _terms(group) for entry in term)]
    missing = [entry for entry in asked if not any(matches(entry, labels_of(node)) for node in nodes)]
    if not missing:
        wanted = ", ".join(_written(entry) for entry in asked)
        message = f"no node has {wanted} at the same time."
        yield error(CODE, at(one.plan), message, "Ask for labels that one node has.")
    for entry in missing:
        yield _missing(one, entry, nodes)


def _missing(one: Wanted, entry: Mapping[str, Any], nodes: Sequence[Object]) -> Problem:
    key, label = entry["key"], _written(entry)
    gpu_nodes = one.plan.cluster.gpu_nodes
    ours = (gpu_nodes.label.partition("=")[0], *gpu_nodes.extra_labels)
    present = products(nodes) if key == PRODUCT_LABEL else values(nodes, key)
    there = ", ".join(f"{value} ({_count(number)})" for value, number in sorted(present.items()))
    hint = f"Present: {there}." if there else ""
    if key in ours and gpu_nodes.manage == "apply":
        message = f"no node has {label} yet."
        return warning(CODE, at(one.plan), message, "Role gpu_nodes writes it; run that before the services.")
    if key == PRODUCT_LABEL:
        hint = hint or "No GPU node names its product; GPU feature discovery does (role gfd)."
        return error(CODE, at(one.plan, "gpu.product"), f"no node has {label}.", hint)
    if key in one.plan.service.node_selector:
        hint = hint or f"Label a node, or set llm_cluster.gpu_nodes.extra_labels: {key}."
        return error(CODE, at(one.plan, "node_selector"), f"no node has {label}.", hint)
    if key in ours:
        hint = "Label the GPU nodes (role gpu_nodes, manage: apply), or set llm_cluster.gpu_nodes.label."
        return error(CODE, at(one.plan), f"no node has {label}, the label of GPU nodes.", hint)
    return error(CODE, at(one.plan), f"no node has {label}.", hint)


def _devices(one: Wanted, group: PodGroup, nodes: Sequence[Object]) -> Iterator[Problem]:
    uncounted = _uncounted(one)
    for resource in group.requests:
        if not counted(resource, group) or resource in uncounted:
            continue
        if not any(allocatable(node).get(resource) for node in nodes):
            message = f"no node advertises {resource}."
            hint = "Its device plugin is missing or sees no device; see llm_cluster.gpu_resources too."
            yield error(CODE, at(one.plan, "gpu"), message, hint)


def _uncounted(one: Wanted) -> set[str]:
    """Shares of a GPU's memory, which HAMi's scheduler knows and nodes do not count."""
    names = resource_names(one.plan.cluster)
    return {name for what, name in names.items() if what != "count"}


def products(nodes: Sequence[Object]) -> dict[str, int]:
    """How many GPU nodes have each product."""
    found = Counter(one["product"] for one in gpu_inventory(nodes).values())
    return {product: number for product, number in found.items() if product}


def _selector(group: PodGroup) -> list[dict[str, Any]]:
    selector: Mapping[str, str] = group.spec.get("nodeSelector") or {}
    return [{"key": key, "operator": "In", "values": [value]} for key, value in selector.items()]


def _terms(group: PodGroup) -> list[Sequence[Mapping[str, Any]]]:
    return [term.get("matchExpressions") or () for term in required_terms(group.spec)]


def _written(entry: Mapping[str, Any]) -> str:
    values = " or ".join(entry.get("values") or ())
    return (
        f"{entry['key']}={values}"
        if entry["operator"] == "In"
        else f"{entry['key']} {entry['operator']} {values}"
    )


def _count(number: int) -> str:
    return f"{number} node" if number == 1 else f"{number} nodes"


def _names(nodes: Sequence[Object]) -> str:
    names = [name_of(node) for node in nodes]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
