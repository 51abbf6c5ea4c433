# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-09: how many copies."""

from __future__ import annotations

from collections.abc import Iterator

from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .combinations import BY_PROMETHEUS
from .finding import Plans, at, error

CODE = "V-09"


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        scaling = plan.service.scaling
        if scaling.max is not None and scaling.max < scaling.min:
            message = f"{scaling.max} is below scaling.min {scaling.min}."
            yield error(CODE, at(plan, "scaling.max"), message, f"Write max: {scaling.min} or more.")
        if scaling.metric == "none" and scaling.max is not None and scaling.max > scaling.min:
            hint = f"Write a metric, or max: {scaling.min}."
            message = f"{scaling.max} has no effect with metric none, which keeps {scaling.min} copies."
            yield error(CODE, at(plan, "scaling.max"), message, hint)
        if scaling.metric != "none" and scaling.max is None:
            message = f"is missing; metric {scaling.metric} would scale without a bound on GPUs."
            yield error(CODE, at(plan, "scaling.max"), message, "Write the most copies that may run.")
        if scaling.min == 0:
            yield from _zero(plan)


def _zero(plan: ServicePlan) -> Iterator[Problem]:
    metric = plan.service.scaling.metric
    path = at(plan, "scaling.min")
    if metric == "none":
        yield error(CODE, path, "0 copies serve nothing.", "Write state: stopped, or min: 1.")
    elif plan.platform.name == "kserve" and metric not in BY_PROMETHEUS:
        message = f"0 has no effect in Standard mode with metric {metric} (KServe raises it to 1)."
        yield error(CODE, path, message, "Write min: 1, or a KEDA metric (rps, queue_time, external).")
    elif plan.platform.name != "kserve":
        message = f"a HorizontalPodAutoscaler on {metric} never starts the first copy again."
        yield error(CODE, path, message, "Write min: 1.")
