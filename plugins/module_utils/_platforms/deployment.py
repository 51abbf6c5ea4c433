# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain Deployment, scaled where a metric asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._names import SERVICE_LABEL
from .account import account, with_account
from .autoscaler import autoscaler
from .gang import queue_labels
from .job import jobs
from .platform import Platform
from .pod import config_maps, container, metadata, pod_annotations, pod_fields, volumes
from .strategy import strategy

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan


def objects(plan: ServicePlan) -> list[dict[str, Any]]:
    made = [*config_maps(plan), *account(plan), *jobs(plan, plan.workload.jobs), _deployment(plan)]
    if plan.autoscaling is not None and not plan.stopped:
        target = {"api_version": "apps/v1", "kind": "Deployment", "name": plan.name}
        made.append(autoscaler(plan, plan.autoscaling, **target))
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
                **pod_fields(with_account(plan, plan.workload)),
                "containers": [container(plan.workload.main)],
                "volumes": volumes(plan.workload),
            },
        },
    }
    if plan.stopped:
        spec["replicas"] = 0
    elif plan.autoscaling is None:
        spec["replicas"] = plan.service.scaling.min
    made = metadata(plan, plan.name)
    made["labels"].update(queue_labels(plan))
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": made,
        "spec": spec,
    }


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
