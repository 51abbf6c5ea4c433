# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-24: whether the pods fit onto what is free, and V-09: whether the most copies would fit at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from ..._fleet import Problem
from ..._plan.gpu import resource_names
from ..._rules.finding import at, error, warning
from ..facts import Facts
from ..pods import PodGroup, Wanted
from ..supply import Eligible, Supply, counted, supplies

CODE = "V-24"
BUDGET = "V-09"

Amounts = Mapping[str, Decimal]
Lot = tuple[Wanted, PodGroup, int]
"""Pods of one shape that are to be placed."""


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    if facts.nodes is None or (facts.pods is None and _counts_devices(services)):
        return
    supply = Eligible(supplies(facts, services))
    advertised = {name for node in facts.nodes for name in node.get("status", {}).get("allocatable") or ()}
    fitting: list[Lot] = []
    for one in services:
        for group in one.pods:
            nodes = supply.of(group)
            if not nodes or not _devices(_needs(one, group)).keys() <= advertised:
                continue  # V-23 has named what no node has
            yield from _budget(one, group, nodes)
            if group.count == 0:
                continue
            too_large = _too_large(one, group, nodes)
            if too_large is not None:
                yield too_large
            elif not group.before:
                fitting.append((one, group, group.count))
    yield from _crowded(supply, fitting)
    yield from _without_surge(supply, fitting, facts)


def _counts_devices(services: Sequence[Wanted]) -> bool:
    return any(counted(name, group) for one in services for group in one.pods for name in group.requests)


def _needs(one: Wanted, group: PodGroup) -> dict[str, Decimal]:
    """What the scheduler counts on nodes of what a pod asks for."""
    names = resource_names(one.plan.cluster)
    uncounted = {name for what, name in names.items() if what != "count"}
    return {name: amount for name, amount in group.requests.items() if name not in uncounted and amount > 0}


def _devices(needs: Amounts) -> dict[str, Decimal]:
    return {name: amount for name, amount in needs.items() if "/" in name}


def _too_large(one: Wanted, group: PodGroup, nodes: Sequence[Supply]) -> Problem | None:
    """One pod that no node can take, whatever the others do."""
    needs = _needs(one, group)
    if any(node.holds(needs) for node in nodes):
        return None
    for name, amount in {**_devices(needs), **needs}.items():
        largest = max(nodes, key=lambda node: node.free.get(name, Decimal(0)))
        if largest.lacks(name, amount):
            return _largest(one, group, name, amount, largest)
    message = f"one pod of {group.origin} needs {_written(needs)}, which no node has free at the same time."
    return error(CODE, at(one.plan), message, "Ask for less, or for other nodes.")


def _largest(one: Wanted, group: PodGroup, name: str, amount: Decimal, largest: Supply) -> Problem:
    free, whole = largest.free.get(name, Decimal(0)), largest.allocatable.get(name, Decimal(0))
    noun = _noun(one, name)
    of_all = f" of {_amount(whole, name)}" if whole != free else ""
    message = (
        f"one pod of {group.origin} needs {_amount(amount, name)} {noun}, the largest node has"
        f" {_amount(max(free, Decimal(0)), name)}{of_all} free (node {largest.name})."
    )
    if whole >= amount:
        hint = "Free some, or let the run wait for them (capacity: queue)."
    elif "/" in name and one.plan.gpus_per_pod > 1:
        most = _amount(whole, name)
        hint = f"Use topology.pods: per-gpu or per-node with gpus_per_node: {most}, or larger nodes."
    else:
        hint = "Ask for less, or for other nodes."
    return error(CODE, at(one.plan), message, hint)


def _crowded(supply: Eligible, lots: Sequence[Lot]) -> Iterator[Problem]:
    """Lays all pods onto the nodes, the largest first, each where the least is left over."""
    order = sorted(lots, key=lambda lot: -max(_devices(_needs(*lot[:2])).values(), default=Decimal(0)))
    for one, group, count in order:
        needs = _devices(_needs(one, group))
        if not needs:
            continue
        before = _total_free(supply.of(group), needs)
        placed = _place(supply, group, needs, count)
        if placed < count:
            yield _short(one, group, needs, placed, before)


def _place(supply: Eligible, group: PodGroup, needs: Amounts, count: int) -> int:
    nodes = supply.of(group)
    for placed in range(count):
        holding = [node for node in nodes if node.holds(needs)]
        if not holding:
            return placed
        min(holding, key=lambda node: sum(node.free[name] for name in needs)).take(needs)
    return count


def _short(one: Wanted, group: PodGroup, needs: Amounts, placed: int, before: Amounts) -> Problem:
    wanted = {name: amount * group.count for name, amount in needs.items()}
    message = (
        f"{group.count} pods of {group.origin} need {_written(wanted)}, and {placed} of them fit:"
        f" {_written(before)} are free on the nodes that they may use, after the other services of this run."
    )
    if all(before[name] >= amount for name, amount in wanted.items()):
        hint = "Enough is free in all, but not on the same nodes; the scheduler may find another way."
        return warning(CODE, at(one.plan), message, hint)
    if one.plan.service.topology.placement.gang != "none" and placed:
        hint = "Copies that do not fit wait for others to end."
        return warning(CODE, at(one.plan), message, hint)
    hint = "Run fewer copies, free GPUs, or let the run wait for them (capacity: queue)."
    return error(CODE, at(one.plan), message, hint)


def _without_surge(supply: Eligible, lots: Sequence[Lot], facts: Facts) -> Iterator[Problem]:
    """Pods that a new version starts before the old one ends; only where something runs already."""
    for one, group, _count in lots:
        needs = _devices(_needs(one, group))
        running = facts.inference_services.get((one.plan.namespace, one.plan.name))
        if not needs or not group.surge or running is None:
            continue
        if _place(supply, group, needs, group.surge) < group.surge:
            more = {name: amount * group.surge for name, amount in needs.items()}
            message = (
                f"a new revision starts before the old one stops, and {_written(more)} more are not free:"
                " the update would wait for GPUs that the old revision holds."
            )
            hint = "Free them, or use kserve.mode: Standard, which replaces copy by copy."
            yield warning(CODE, at(one.plan), message, hint)


def _budget(one: Wanted, group: PodGroup, nodes: Sequence[Supply]) -> Iterator[Problem]:
    """S2-26: the most copies against all devices of these nodes, free or not."""
    if group.most <= group.count:
        return
    for name, amount in _devices(_needs(one, group)).items():
        there = sum((node.allocatable.get(name, Decimal(0)) for node in nodes), Decimal(0))
        if amount * group.most > there:
            tell = error if one.plan.service.strict_capacity else warning
            noun = _noun(one, name)
            message = (
                f"{group.most} copies need {_amount(amount * group.most, name)} {noun}, the nodes that they"
                f" may use have {_amount(there, name)}."
            )
            most = int(there // amount)
            yield tell(
                BUDGET, at(one.plan, "scaling.max"), message, f"Write max: {most} or less, or add nodes."
            )


def _total_free(nodes: Sequence[Supply], needs: Amounts) -> dict[str, Decimal]:
    return {
        name: sum((max(node.free.get(name, Decimal(0)), Decimal(0)) for node in nodes), Decimal(0))
        for name in needs
    }


def _noun(one: Wanted, name: str) -> str:
    product = " or ".join(one.plan.service.gpu.product)
    if name == resource_names(one.plan.cluster)["count"]:
        return f"GPUs of {product}" if product else f"GPUs ({name})"
    return name


def _written(amounts: Amounts) -> str:
    return ", ".join(f"{_amount(amount, name)} {name}" for name, amount in amounts.items())


def _amount(amount: Decimal, name: str) -> str:
    if name in ("memory", "ephemeral-storage"):
        return f"{amount / 2**30:.4g}Gi"
    return f"{amount.normalize():f}"
