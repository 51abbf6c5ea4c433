# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain Deployment, scaled by a HorizontalPodAutoscaler where a metric asks for it."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from .._names import SERVICE_LABEL
from .._workload import Autoscaling
from .platform import Platform
from .pod import config_maps, container, metadata, pod_annotations, pod_fields, volumes
from .strategy import strategy

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

_QUEUE_TIME = "avg_time_queue_us"


def objects(plan: ServicePlan) -> list[dict[str, Any]]:
    made = [*config_maps(plan), _deployment(plan)]
    if plan.autoscaling is not None and not plan.stopped:
        made.append(_autoscaler(plan, plan.autoscaling))
    return made


def _deployment(plan: ServicePlan) -> dict[str, Any]:
    """Replicas are left out where an autoscaler owns them."""
    spec: dict[str, Any] = {
        "selector": {"matchLabels": dict(plan.pod_selector)},
        "strategy": strategy(plan),
        "progressDeadlineSeconds": plan.progress_deadline,
        "template": {
            "metadata": {"labels": dict(plan.workload.labels), "annotations": pod_annotations(plan)},
            "spec": {
                **pod_fields(plan.workload),
                "containers": [container(plan.workload.main)],
                "volumes": volumes(plan.workload),
            },
        },
    }
    if plan.stopped:
        spec["replicas"] = 0
    elif plan.autoscaling is None:
        spec["replicas"] = plan.service.scaling.min
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(plan, plan.name),
        "spec": spec,
    }


def _autoscaler(plan: ServicePlan, scaling: Autoscaling) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": plan.name},
        "minReplicas": scaling.minimum,
        "maxReplicas": scaling.maximum,
        "metrics": [_metric(scaling)],
    }
    if scaling.behavior:
        spec["behavior"] = deepcopy(scaling.behavior)
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(plan, plan.name),
        "spec": spec,
    }


def _metric(scaling: Autoscaling) -> dict[str, Any]:
    if scaling.by_resource:
        target = {"type": "Utilization", "averageUtilization": int(scaling.target)}
        return {"type": "Resource", "resource": {"name": scaling.metric, "target": target}}
    average = {"type": "AverageValue", "averageValue": scaling.threshold}
    if scaling.metric == "external":
        return {"type": "External", "external": {"metric": {"name": scaling.query}, "target": average}}
    return {"type": "Pods", "pods": {"metric": {"name": _QUEUE_TIME}, "target": average}}


def _selector(plan: ServicePlan) -> dict[str, str]:
    return {SERVICE_LABEL: plan.name}


def _address(plan: ServicePlan) -> None:
    return None


DEPLOYMENT = Platform(
    name="deployment",
    pods="{name}-[a-z0-9]+-[a-z0-9]+",
    selector=_selector,
    address=_address,
    objects=objects,
)
