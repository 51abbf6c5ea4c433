# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-07: shares of a GPU's memory."""

from __future__ import annotations

from collections.abc import Iterator

from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .._plan.gpu import resource_names
from .finding import Plans, at, error

CODE = "V-07"

WHOLE = 100


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        fraction = plan.service.engine_args.gpu_memory_utilization
        if fraction is not None and not 0 < fraction <= 1:
            path = at(plan, "engine_args.gpu_memory_utilization")
            yield error(CODE, path, f"{fraction:g} is not in (0, 1].", "Write for example 0.9.")
        yield from _shares(plan)


def _shares(plan: ServicePlan) -> Iterator[Problem]:
    gpu = plan.service.gpu
    if gpu.memory_percent is not None and not 1 <= gpu.memory_percent <= WHOLE:
        message = f"{gpu.memory_percent} is not in 1 to 100."
        yield error(CODE, at(plan, "gpu.memory_percent"), message, "Write for example 80.")
    if gpu.memory_percent is not None and gpu.memory is not None:
        yield error(CODE, at(plan, "gpu"), "memory_percent and memory exclude each other.", "Keep one.")
    for name in ("memory_percent", "memory"):
        if getattr(gpu, name) is None:
            continue
        if gpu.mode != "vgpu":
            hint = "Remove it, or write gpu.mode: vgpu."
            yield error(CODE, at(plan, f"gpu.{name}"), f"has no effect with mode {gpu.mode}.", hint)
        elif name not in resource_names(plan.cluster):
            preset = plan.cluster.gpu_resources.preset
            hint = "Write llm_cluster.gpu_resources: hami, or the resource's name."
            message = f"gpu_resources {preset} has no resource for shares of memory."
            yield error(CODE, at(plan, f"gpu.{name}"), message, hint)
