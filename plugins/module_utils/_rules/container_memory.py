# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-11: the container's memory holds the engine, its shared memory and an offloaded KV cache."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from math import ceil

from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .._quantities import quantity
from .finding import Plans, at, error, roles, warning

CODE = "V-11"

GIB = 2**30
GB = 10**9


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in roles(plans):
        yield from _request_and_limit(plan)
        if plan.service.resources.memory.limit is not None:
            yield from _limit(plan, plan.service.resources.memory.limit)


def _request_and_limit(plan: ServicePlan) -> Iterator[Problem]:
    given = plan.service.resources
    for name, amount in (("cpu", given.cpu), ("memory", given.memory), ("ephemeral", given.ephemeral)):
        if amount.request and amount.limit and quantity(amount.request) > quantity(amount.limit):
            message = f"{amount.request} is above the limit {amount.limit}."
            yield error(CODE, at(plan, f"resources.{name}.request"), message, "Lower it or raise the limit.")


def _limit(plan: ServicePlan, limit: str) -> Iterator[Problem]:
    offload = plan.service.kv_offload
    base = engine_base(plan)
    needed, parts = base, [f"engine base {_gib(base)}"]
    if offload.enabled and offload.dram_gb and plan.engine.loads_model:
        needed += offload.dram_gb * GB
        parts.insert(0, f"dram_gb {offload.dram_gb} ({_gib(Decimal(offload.dram_gb * GB))})")
    if plan.shm_size:
        needed += quantity(plan.shm_size)
        parts.insert(0, f"shm_size {plan.shm_size}")
    path = at(plan, "resources.memory.limit")
    if quantity(limit) < needed:
        hint = f"Write at least {ceil(needed / GIB)}Gi or lower what it must hold."
        yield error(CODE, path, f"{limit} is below {' + '.join(parts)}.", hint)
    elif plan.shm_size and quantity(limit) < 2 * quantity(plan.shm_size):
        message = (
            f"{limit} is less than twice shm_size {plan.shm_size}, which counts as memory of the container."
        )
        yield warning(CODE, path, message)


def engine_base(plan: ServicePlan) -> Decimal:
    """What the engine itself cannot do without: half of what it requests by default."""
    return quantity(plan.engine.amounts[plan.size_class].memory[0]) / 2


def _gib(amount: Decimal) -> str:
    return f"{round(float(amount) / GIB, 1):g}Gi"
