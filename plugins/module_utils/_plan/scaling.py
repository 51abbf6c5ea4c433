# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many copies run, and what decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._workload import Autoscaling

if TYPE_CHECKING:
    from .facts import ServicePlan

_DEFAULT_TARGETS = {"cpu": 80.0, "memory": 80.0, "queue_time": 1_000_000.0}


def autoscaling(plan: ServicePlan) -> Autoscaling | None:
    """What scales the service; None where the number of copies is fixed."""
    scaling = plan.service.scaling
    if scaling.metric == "none":
        return None
    return Autoscaling(
        metric=scaling.metric,
        minimum=scaling.min,
        maximum=scaling.min if scaling.max is None else scaling.max,
        target=_DEFAULT_TARGETS.get(scaling.metric, 1.0) if scaling.target is None else scaling.target,
        query=scaling.query or _query(plan, scaling.metric),
        behavior=scaling.behavior,
    )


def _query(plan: ServicePlan, metric: str) -> str:
    pods = plan.platform.pods.format(name=plan.name)
    selector = f'namespace="{plan.namespace}",pod=~"{pods}"'
    return plan.engine.queries.get(metric, "").replace("{pods}", "{" + selector + "}")
