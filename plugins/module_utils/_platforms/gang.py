# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How all pods of one copy get their GPUs at once, or none of them does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .._names import KUEUE_QUEUE_LABEL
from .pod import metadata

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

_SCHEDULERS = {"volcano": "volcano", "coscheduling": "scheduler-plugins-scheduler"}


@dataclass(frozen=True, kw_only=True)
class Gang:
    """What binds the pods of one copy together."""

    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    objects: tuple[dict[str, Any], ...] = ()


def scheduler(plan: ServicePlan) -> str | None:
    """The scheduler that knows the gangs; a given one is the user's own name for it."""
    placement = plan.service.topology.placement
    return placement.scheduler or _SCHEDULERS.get(placement.gang)


def queue_labels(plan: ServicePlan) -> dict[str, str]:
    """Labels of an object whose pods Kueue admits."""
    placement = plan.service.topology.placement
    return {KUEUE_QUEUE_LABEL: placement.queue} if placement.gang == "kueue" and placement.queue else {}


def volcano_queue(plan: ServicePlan) -> dict[str, str]:
    """Annotations of a LeaderWorkerSet, whose controller makes a PodGroup for each copy itself."""
    placement = plan.service.topology.placement
    if placement.gang != "volcano" or placement.queue is None:
        return {}
    return {"scheduling.volcano.sh/queue-name": placement.queue}


def gang(plan: ServicePlan, copy: str) -> Gang:
    """For pods that belong together by nothing but what is said here."""
    make = {"volcano": _volcano, "coscheduling": _coscheduling}.get(plan.service.topology.placement.gang)
    return make(plan, copy) if make else Gang()


def _volcano(plan: ServicePlan, copy: str) -> Gang:
    spec: dict[str, Any] = {"minMember": plan.pods_per_copy}
    if plan.service.topology.placement.queue is not None:
        spec["queue"] = plan.service.topology.placement.queue
    group = _pod_group(plan, copy, "scheduling.volcano.sh/v1beta1", spec)
    return Gang(annotations={"scheduling.k8s.io/group-name": copy}, objects=(group,))


def _coscheduling(plan: ServicePlan, copy: str) -> Gang:
    group = _pod_group(plan, copy, "scheduling.x-k8s.io/v1alpha1", {"minMember": plan.pods_per_copy})
    return Gang(labels={"scheduling.x-k8s.io/pod-group": copy}, objects=(group,))


def _pod_group(plan: ServicePlan, name: str, api_version: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": api_version,
        "kind": "PodGroup",
        "metadata": metadata(plan, name),
        "spec": spec,
    }
