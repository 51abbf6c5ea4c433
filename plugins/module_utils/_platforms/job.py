# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs to its end before the servers start, on every platform: a Job in a stage of its own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from .._names import BEFORE_SERVERS_ANNOTATION, SERVICE_LABEL, SIDECAR_LABEL
from .._workload import Job, Workload
from .gang import queue_labels
from .pod import container, metadata, pod_fields, volumes

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

NO_SIDECAR = {SIDECAR_LABEL: "false"}
"""A proxy would keep a Job from ending, and would stand between the ranks of a copy."""


def jobs(plan: ServicePlan, wanted: Iterable[Job]) -> list[dict[str, Any]]:
    """Their names change with what they do, because a Job cannot be changed. A stopped service has none:
    they would start pods."""
    return [] if plan.stopped else [_job(plan, job) for job in wanted]


def _job(plan: ServicePlan, job: Job) -> dict[str, Any]:
    main = job.workload.main
    made = metadata(plan, job.name, {BEFORE_SERVERS_ANNOTATION: "true"})
    made["labels"].update(queue_labels(plan))
    spec: dict[str, Any] = {
        "backoffLimit": job.attempts - 1,
        "podFailurePolicy": {"rules": _failures(main.name, job.permanent)},
        "template": {
            "metadata": {
                "labels": _pod_labels(job.workload),
                "annotations": dict(job.workload.annotations),
            },
            "spec": {
                **pod_fields(job.workload),
                "restartPolicy": "Never",
                "containers": [container(main)],
                "volumes": volumes(job.workload),
            },
        },
    }
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": made, "spec": spec}


def _failures(name: str, permanent: tuple[int, ...]) -> list[dict[str, Any]]:
    """A pod that lost its node is no attempt; what a further attempt would only repeat is the last one."""
    rules: list[dict[str, Any]] = [
        {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
    ]
    if permanent:
        codes = {"containerName": name, "operator": "In", "values": sorted(permanent)}
        rules.append({"action": "FailJob", "onExitCodes": codes})
    return rules


def _pod_labels(workload: Workload) -> dict[str, str]:
    """Without the label by which a Service finds those that serve."""
    own = {key: value for key, value in workload.labels.items() if key != SERVICE_LABEL}
    return {**NO_SIDECAR, **own}
