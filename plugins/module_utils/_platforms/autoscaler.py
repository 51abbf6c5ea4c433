# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changes the number of copies of a workload: a HorizontalPodAutoscaler, or KEDA."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from .._workload import Autoscaling
from .pod import metadata

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan


def autoscaler(
    plan: ServicePlan, scaling: Autoscaling, *, api_version: str, kind: str, name: str
) -> dict[str, Any]:
    """The object that scales one workload of a service."""
    target = {"apiVersion": api_version, "kind": kind, "name": name}
    if scaling.by_query:
        return scaled_object(
            plan, scaling, target, [prometheus_trigger(plan, scaling.query, scaling.threshold)]
        )
    return _horizontal(plan, scaling, target)


def scaled_object(
    plan: ServicePlan, scaling: Autoscaling, target: Mapping[str, str], triggers: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """KEDA takes the largest number that a trigger asks for; from none, the first copy starts at any load."""
    spec: dict[str, Any] = {
        "scaleTargetRef": dict(target),
        "minReplicaCount": scaling.minimum,
        "maxReplicaCount": scaling.maximum,
        "triggers": [dict(trigger) for trigger in triggers],
    }
    if scaling.minimum == 0:
        spec["cooldownPeriod"] = max(_KEDA_COOLDOWN, plan.startup_timeout)
    if scaling.behavior:
        behavior = {"behavior": deepcopy(scaling.behavior)}
        spec["advanced"] = {"horizontalPodAutoscalerConfig": behavior}
    return {
        "apiVersion": "keda.sh/v1alpha1",
        "kind": "ScaledObject",
        "metadata": metadata(plan, target["name"]),
        "spec": spec,
    }


def prometheus_trigger(
    plan: ServicePlan, query: str, threshold: str, *, metric_type: str = "AverageValue"
) -> dict[str, Any]:
    """``AverageValue`` divides the answer by the copies before it is compared, ``Value`` does not."""
    return {
        "type": "prometheus",
        "metricType": metric_type,
        "metadata": {"serverAddress": str(plan.prometheus), "query": query, "threshold": threshold},
    }


def _horizontal(plan: ServicePlan, scaling: Autoscaling, target: dict[str, str]) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "scaleTargetRef": target,
        "minReplicas": scaling.minimum,
        "maxReplicas": scaling.maximum,
        "metrics": [_metric(scaling)],
    }
    if scaling.behavior:
        spec["behavior"] = deepcopy(scaling.behavior)
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(plan, target["name"]),
        "spec": spec,
    }


def _metric(scaling: Autoscaling) -> dict[str, Any]:
    if scaling.by_resource:
        target = {"type": "Utilization", "averageUtilization": int(scaling.target)}
        return {"type": "Resource", "resource": {"name": scaling.metric, "target": target}}
    target = {"type": "AverageValue", "averageValue": scaling.threshold}
    return {"type": "Pods", "pods": {"metric": {"name": scaling.pod_metric}, "target": target}}


_KEDA_COOLDOWN = 300
"""KEDA's own. A copy that takes longer to load must not be taken away while it does."""
