# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a rule tells what it found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from .._fleet import Fleet, Problem
from .._plan import ServicePlan

Plans = Sequence[ServicePlan]
Check = Callable[[Fleet, Plans], Iterator[Problem]]


def error(code: str, path: str, message: str, hint: str = "") -> Problem:
    return Problem(code=code, path=path, message=message, hint=hint)


def warning(code: str, path: str, message: str, hint: str = "") -> Problem:
    return Problem(code=code, path=path, message=message, hint=hint, severity="warning")


def at(plan: ServicePlan, keys: str = "") -> str:
    """Path of a key of a service; pods that only read prompts have some keys of their own."""
    if plan.role == "prefill" and keys.partition(".")[0] in PREFILL_KEYS:
        keys = f"prefill.{keys}"
    return f"llm_serving[{plan.name}].{keys}" if keys else f"llm_serving[{plan.name}]"


PREFILL_KEYS = ("topology", "scaling", "resources")


def roles(plans: Plans) -> Iterator[ServicePlan]:
    """Every kind of pod of every service."""
    return (role for plan in plans for role in plan.roles)


def runs(plan: ServicePlan) -> bool:
    """Whether the service has pods, now or when it is started again."""
    return plan.service.state != "absent"


def copies(plan: ServicePlan) -> int:
    """The most copies that the service may have."""
    return plan.autoscaling.maximum if plan.autoscaling else plan.service.scaling.min


def knative(plan: ServicePlan) -> bool:
    """Whether Knative runs the pods, not a Deployment."""
    return plan.platform.name == "kserve" and plan.kserve_mode == "Knative"
