# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What changes the number of copies of a workload: a HorizontalPodAutoscaler, or KEDA."""

from __future__ import annotations

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
        return _scaled_object(plan, scaling, target)
    return _horizontal(plan, scaling, target)


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


def _scaled_object(plan: ServicePlan, scaling: Autoscaling, target: dict[str, str]) -> dict[str, Any]:
    """KEDA divides the answer by the copies; from none, the first starts at any load."""
    trigger = {
        "type": "prometheus",
        "metricType": "AverageValue",
        "metadata": {
            "serverAddress": str(plan.prometheus),
            "query": scaling.query,
            "threshold": scaling.threshold,
        },
    }
    spec: dict[str, Any] = {
        "scaleTargetRef": target,
        "minReplicaCount": scaling.minimum,
        "maxReplicaCount": scaling.maximum,
        "triggers": [trigger],
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


_KEDA_COOLDOWN = 300
"""KEDA's own. A copy that takes longer to load must not be taken away while it does."""
