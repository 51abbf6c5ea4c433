# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many copies run, and what decides it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._metrics import HPA_QUEUE_TIME, Meter
from .._workload import Autoscaling
from . import versions

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
        query=scaling.query or meter(plan).scaling(scaling.metric) or "",
        pod_metric=_pod_metric(plan),
        behavior=scaling.behavior,
    )


def meter(plan: ServicePlan) -> Meter:
    """What Prometheus can be asked about the pods of the service."""
    pods = plan.platform.pods.format(name=plan.name)
    return Meter(
        exporter=plan.engine.exporter,
        version=versions.exporter_version(plan),
        pods=f'namespace="{plan.namespace}",pod=~"{pods}"',
    )


def _pod_metric(plan: ServicePlan) -> str:
    """The custom metric that the Prometheus adapter offers, where there is an adapter to ask.

    llm-d's queue is in its endpoint picker, of which the pods' own metrics tell nothing.
    """
    if plan.cluster.components.adapter.state == "absent" or plan.platform.name == "llmd":
        return ""
    return {"queue_time": HPA_QUEUE_TIME, "queue_ratio": meter(plan).ratio_metric}.get(
        plan.service.scaling.metric, ""
    )
