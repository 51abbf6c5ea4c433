# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods of one role: a Deployment where a copy is one pod, else a LeaderWorkerSet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..._workload import Workload
from ..pod import container, metadata, pod_annotations, pod_fields, volumes
from ..strategy import strategy
from .names import role_labels, role_selector, workload_name
from .proxy import proxied, proxy_account, proxy_container

if TYPE_CHECKING:
    from ..._plan.facts import ServicePlan


def workload(plan: ServicePlan) -> dict[str, Any]:
    """Replicas are left out where an autoscaler owns them."""
    made = _deployment(plan) if plan.workload.worker is None else _group(plan)
    if plan.stopped:
        made["spec"]["replicas"] = 0
    elif plan.autoscaling is None:
        made["spec"]["replicas"] = plan.service.scaling.min
    return made


def target(plan: ServicePlan) -> dict[str, str]:
    """The workload of a role as an autoscaler names it."""
    api_version, kind = _KINDS[plan.workload.worker is not None]
    return {"api_version": api_version, "kind": kind, "name": workload_name(plan)}


_KINDS = (("apps/v1", "Deployment"), ("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet"))


def _deployment(plan: ServicePlan) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(plan, workload_name(plan)),
        "spec": {
            "selector": {"matchLabels": role_selector(plan)},
            "strategy": strategy(plan),
            "progressDeadlineSeconds": plan.progress_deadline,
            "template": _serving_pod(plan),
        },
    }


def _group(plan: ServicePlan) -> dict[str, Any]:
    """The leader takes requests; a group is useless without one of its pods and starts anew as a whole."""
    worker = replace(plan.workload, main=plan.workload.worker or plan.workload.main)
    return {
        "apiVersion": "leaderworkerset.x-k8s.io/v1",
        "kind": "LeaderWorkerSet",
        "metadata": metadata(plan, workload_name(plan)),
        "spec": {
            "startupPolicy": "LeaderCreated",
            "rolloutStrategy": {
                "type": "RollingUpdate",
                "rollingUpdateConfiguration": {"maxUnavailable": 1, "maxSurge": 0},
            },
            "leaderWorkerTemplate": {
                "size": plan.pods_per_copy,
                "restartPolicy": "RecreateGroupOnPodRestart",
                "leaderTemplate": _serving_pod(plan),
                "workerTemplate": {
                    "metadata": {
                        "labels": dict(plan.workload.labels),
                        "annotations": pod_annotations(plan),
                    },
                    "spec": pod_spec(worker),
                },
            },
        },
    }


def _serving_pod(plan: ServicePlan) -> dict[str, Any]:
    spec = pod_spec(plan.workload)
    if plan.role == "decode":
        spec = {**proxied(spec, proxy_container(plan)), "serviceAccountName": proxy_account(plan)}
    return {
        "metadata": {"labels": role_labels(plan), "annotations": pod_annotations(plan)},
        "spec": spec,
    }


def pod_spec(workload: Workload) -> dict[str, Any]:
    return {
        **pod_fields(workload),
        "containers": [container(workload.main)],
        "volumes": volumes(workload),
    }
