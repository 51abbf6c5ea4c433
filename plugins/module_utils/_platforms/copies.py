# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the platforms whose copies have several pods make alike."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .._workload import Workload
from .account import with_account
from .gang import scheduler
from .job import NO_SIDECAR
from .pod import container, pod_annotations, pod_fields, volumes

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

HOSTNAME = "kubernetes.io/hostname"
COMPONENT = "app.kubernetes.io/component"


def leader(plan: ServicePlan) -> Workload:
    """The pod that takes requests, with the rights over its workers."""
    made = replace(plan.workload, scheduler=scheduler(plan) or plan.workload.scheduler)
    return with_account(plan, made)


def worker(plan: ServicePlan) -> Workload:
    """A pod that computes for its leader. It does what the leader says, so it needs no rights of its own."""
    made = leader(plan)
    account = plan.service_account
    return replace(made, main=made.worker or made.main, permissions=(), service_account=account)


def template(
    plan: ServicePlan,
    workload: Workload,
    labels: Mapping[str, str],
    annotations: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    own = {**workload.labels, **labels}
    if plan.pods_per_copy > 1:
        own |= NO_SIDECAR
    return {
        "metadata": {"labels": own, "annotations": {**pod_annotations(plan), **(annotations or {})}},
        "spec": {
            **pod_fields(workload),
            "containers": [container(workload.main)],
            "volumes": volumes(workload),
        },
    }


def topology_label(plan: ServicePlan) -> str | None:
    """Label of the nodes whose value is the same for all pods of a copy; None: they may be anywhere."""
    colocate = plan.service.topology.placement.colocate
    return {"none": None, "node": HOSTNAME}.get(colocate, colocate)


def together(plan: ServicePlan, workload: Workload, labels: Mapping[str, str]) -> Workload:
    """The same workload, drawn to the pods with these labels."""
    label = topology_label(plan)
    if label is None or plan.pods_per_copy == 1:
        return workload
    attraction: dict[str, Any] = {"requiredDuringSchedulingIgnoredDuringExecution": [_near(label, labels)]}
    if label != HOSTNAME:
        nearest = {"weight": 100, "podAffinityTerm": _near(HOSTNAME, labels)}
        attraction["preferredDuringSchedulingIgnoredDuringExecution"] = [nearest]
    return replace(workload, affinity={**deepcopy(workload.affinity), "podAffinity": attraction})


def _near(label: str, labels: Mapping[str, str]) -> dict[str, Any]:
    return {"topologyKey": label, "labelSelector": {"matchLabels": dict(labels)}}
