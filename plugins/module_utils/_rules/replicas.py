# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-09: how many copies."""

from __future__ import annotations

from collections.abc import Iterator

from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .finding import Plans, at, error, knative, warning

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
    """No copy at all: who starts the first one when a request comes?"""
    metric, path = plan.service.scaling.metric, at(plan, "scaling.min")
    if metric == "none":
        yield error(CODE, path, "0 copies serve nothing.", "Write state: stopped, or min: 1.")
    elif knative(plan):
        yield _wait(plan, path)
    elif plan.autoscaling is not None and not _by_keda(plan):
        if plan.platform.name == "kserve":
            message = f"0 has no effect in Standard mode with metric {metric} (KServe raises it to 1)."
            hint = "Write min: 1, or a KEDA metric (queue_time, external), or kserve.mode: Knative."
        else:
            message = f"a HorizontalPodAutoscaler on {metric} never starts the first copy again."
            hint = "Write min: 1, or metric: external with a query that answers without any copy."
        yield error(CODE, path, message, hint)
    else:
        yield _wait(plan, path)
        if metric != "external" and plan.platform.name != "llmd":
            message = f"0 copies export nothing, so {metric} alone does not start the first one again."
            hint = "Write metric: external with a query that a request moves, such as the gateway's."
            yield warning(CODE, path, message, hint)


def _by_keda(plan: ServicePlan) -> bool:
    scaling = plan.autoscaling
    if scaling is None or scaling.by_resource:
        return False
    return scaling.by_query or plan.platform.name == "kserve"


def _wait(plan: ServicePlan, path: str) -> Problem:
    """What the first client waits for; the budget is all that is known before it was measured."""
    message = (
        "a request that finds no copy waits until one has loaded its model,"
        f" here up to {plan.startup_timeout} s (verify.startup_timeout)."
    )
    return warning(CODE, path, message, "Write min: 1 unless clients can wait.")
