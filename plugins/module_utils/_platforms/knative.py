# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Knative takes of a pod and its scaling, where KServe lets it run the pods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

LONGEST_REQUEST = 600
"""Seconds that a request may take, waiting for the first copy included; Knative's default limit of limits."""
PROGRESS_DEADLINE = "serving.knative.dev/progress-deadline"

_NOT_TAKEN = ("securityContext", "terminationGracePeriodSeconds")
_OF_THE_CONTAINER = ("runAsNonRoot", "runAsUser", "seccompProfile")


def pod(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a pod that Knative takes. It ends pods in its own way."""
    return {name: value for name, value in fields.items() if name not in _NOT_TAKEN}


def container(plan: ServicePlan, spec: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """The main container with one port and no hooks. What the pod says of its user stands here, which needs
    no feature flag."""
    context = fields.get("securityContext", {})
    mine = {name: context[name] for name in _OF_THE_CONTAINER if name in context}
    kept = {name: value for name, value in spec.items() if name != "lifecycle"}
    port = next(each for each in spec["ports"] if each["name"] == plan.http_port.name)
    return {**kept, "ports": [port], "securityContext": {**mine, **spec.get("securityContext", {})}}


def revision_annotations(plan: ServicePlan) -> dict[str, str]:
    """The budget for the start; Knative's own default of ten minutes is too short for large models."""
    return {PROGRESS_DEADLINE: f"{plan.progress_deadline}s"}


def scaling(plan: ServicePlan) -> dict[str, Any]:
    """An explicit maximum in any case: without one Knative scales without a bound."""
    wanted = plan.autoscaling
    fixed = plan.service.scaling.min
    bounds = (fixed, fixed) if wanted is None else (wanted.minimum, wanted.maximum)
    fields: dict[str, Any] = {"minReplicas": bounds[0], "maxReplicas": bounds[1], "timeout": LONGEST_REQUEST}
    if wanted is not None:
        fields |= {"scaleMetric": wanted.metric, "scaleTarget": int(wanted.target)}
    return fields
