# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods of one role: a Deployment where a copy is one pod, else a LeaderWorkerSet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._workload import Workload
from ..copies import leader, template, worker
from ..gang import queue_labels
from ..lws import leader_worker_set
from ..pod import container, metadata, pod_fields, volumes
from ..strategy import strategy
from .names import role_labels, role_selector, workload_name
from .proxy import proxied, proxy_account, proxy_container

if TYPE_CHECKING:
    from ..._plan.facts import ServicePlan

DEPLOYMENT = {"apiVersion": "apps/v1", "kind": "Deployment"}
LEADER_WORKER_SET = {"apiVersion": "leaderworkerset.x-k8s.io/v1", "kind": "LeaderWorkerSet"}


def workload(plan: ServicePlan) -> dict[str, Any]:
    """Replicas are left out where an autoscaler owns them."""
    made = _deployment(plan) if plan.pods_per_copy == 1 else _group(plan)
    made["metadata"]["labels"].update(queue_labels(plan))
    if plan.stopped:
        made["spec"]["replicas"] = 0
    elif plan.autoscaling is None:
        made["spec"]["replicas"] = plan.service.scaling.min
    return made


def target(plan: ServicePlan) -> dict[str, str]:
    """The workload of a role as an autoscaler names it."""
    kind = DEPLOYMENT if plan.pods_per_copy == 1 else LEADER_WORKER_SET
    return {**kind, "name": workload_name(plan)}


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
    """Requests go to the leader; its workers carry no label by which a pool would find them."""
    return leader_worker_set(
        plan, workload_name(plan), leader=_serving_pod(plan), worker=template(plan, worker(plan), {})
    )


def _serving_pod(plan: ServicePlan) -> dict[str, Any]:
    made = template(plan, leader(plan), role_labels(plan))
    if plan.role == "decode":
        made["spec"] = proxied(made["spec"], proxy_container(plan))
        made["spec"]["serviceAccountName"] = proxy_account(plan)
    return made


def pod_spec(spec: Workload) -> dict[str, Any]:
    return {**pod_fields(spec), "containers": [container(spec.main)], "volumes": volumes(spec)}
