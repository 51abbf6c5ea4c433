# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-06: GPUs that are taken past the scheduler, and GPUs that several services share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from .._engines.vllm_arguments import GPU_MEMORY_UTILIZATION
from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .finding import Plans, at, copies, error, runs

CODE = "V-06"

ROUNDING = 1e-9


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    shares: dict[tuple[str, ...], list[tuple[ServicePlan, float]]] = defaultdict(list)
    for plan in plans:
        if plan.gpu_mode != "visible-devices":
            continue
        if not plan.service.gpu.acknowledge_unaccounted_gpu:
            message = "visible-devices bypasses GPU accounting."
            hint = "Set gpu.acknowledge_unaccounted_gpu: true or use gpu.mode: resource."
            yield error(CODE, at(plan, "gpu"), message, hint)
        if runs(plan):
            for device in {device.strip() for device in plan.service.gpu.visible_devices}:
                shares[(device, *_place(plan))].append((plan, _fraction(plan) * copies(plan)))
    for (device, *_where), users in shares.items():
        total = sum(fraction for _user, fraction in users)
        if total > 1 + ROUNDING:
            parts = ", ".join(f"{plan.name} {fraction:g}" for plan, fraction in users)
            message = f"gpu_memory_utilization adds up to {total:g} ({parts})."
            hint = "The sum, over all copies, must be at most 1."
            yield error(CODE, f"device {device}", message, hint)


def _fraction(plan: ServicePlan) -> float:
    fraction = plan.service.engine_args.gpu_memory_utilization
    return GPU_MEMORY_UTILIZATION if fraction is None else fraction


def _place(plan: ServicePlan) -> tuple[str, ...]:
    """What tells nodes apart: the same index on different nodes is another device."""
    selector = plan.service.node_selector
    return (*plan.service.gpu.product, *(f"{key}={selector[key]}" for key in sorted(selector)))
