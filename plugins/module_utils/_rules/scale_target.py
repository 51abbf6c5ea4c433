# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-10: what a scaling target means, and annotations that scaling owns."""

from __future__ import annotations

from collections.abc import Iterator

from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .finding import Plans, at, error, knative, warning

CODE = "V-10"

KNATIVE = "autoscaling.knative.dev/"
OWNED = {
    "serving.kserve.io/deploymentMode": "kserve.mode",
    "serving.kserve.io/autoscalerClass": "scaling.metric",
    "serving.kserve.io/metrics": "scaling.metric",
    "serving.kserve.io/targetUtilizationPercentage": "scaling.target",
    "serving.kserve.io/stop": "state",
}
"""KServe's annotations that are derived."""

PERCENT = ("cpu", "memory")
NO_DEFAULT = ("concurrency", "rps", "external")
WHOLE = {"rps": "request and second", "concurrency": "request"}
"""Metrics that count requests, and what of them."""
LOW = 1
"""A target that gives each request a copy of its own."""


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        yield from _target(plan)
        for name in plan.service.annotations:
            path = at(plan, f"annotations.{name}")
            if name.startswith(KNATIVE):
                if problem := _knative(plan, path, name.removeprefix(KNATIVE)):
                    yield problem
            elif home := OWNED.get(name):
                yield error(CODE, path, f"is derived from {home}.", f"Remove it and set {home}.")


def _target(plan: ServicePlan) -> Iterator[Problem]:
    scaling, path = plan.service.scaling, at(plan, "scaling.target")
    target, metric = scaling.target, scaling.metric
    if target is None:
        if metric in NO_DEFAULT:
            message = f"is missing for metric {metric}."
            yield error(CODE, path, message, "Write the load that one copy should carry.")
    elif metric == "none":
        message = "is the load that one copy should carry, not a number of copies, and nothing scales here."
        yield error(CODE, path, message, f"To keep {target:g} copies write scaling.min: {target:g}.")
    elif metric in PERCENT and not 1 <= target <= 100:  # noqa: PLR2004 - percent
        yield error(CODE, path, f"{target:g} is not in 1 to 100 percent.", "Write for example 80.")
    elif target <= 0 or (metric in WHOLE and target < 1):
        yield error(CODE, path, f"{target:g} is too small.", "Write 1 or more." if metric in WHOLE else "")
    elif metric in WHOLE and knative(plan) and target != int(target):
        yield error(
            CODE, path, f"{target:g} is no whole number, which KServe asks for.", f"Write {target:.0f}."
        )
    elif metric in WHOLE and target == LOW and plan.engine.uses_gpu:
        message = (
            f"1 asks for one copy (and its GPUs) per {WHOLE[metric]}, though the engine batches requests."
        )
        yield warning(CODE, path, message, "Measure what one copy carries; 4 to 20 is usual.")


def _knative(plan: ServicePlan, path: str, name: str) -> Problem | None:
    if name in ("min-scale", "minScale"):
        kept = plan.service.annotations[KNATIVE + name]
        message = "is dropped by KServe."
        hint = f"To keep {kept} copies write scaling.min: {kept}."
    elif name in ("max-scale", "maxScale"):
        message, hint = "is dropped by KServe.", "Write scaling.max."
    elif knative(plan) and name not in ("target", "metric"):
        return None
    elif knative(plan):
        message, hint = "is overwritten by KServe.", f"Write scaling.{name}."
    else:
        message = "has no effect: Knative scales nothing here."
        hint = (
            "Remove it. scaling.target is the load one copy should carry; a higher target gives fewer copies."
        )
    return error(CODE, path, message, hint)
