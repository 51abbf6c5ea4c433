# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs, and those of the MPI operator: finished is not succeeded."""

from __future__ import annotations

from ..pods import condition
from ..symptoms import symptom
from ..world import Object, World
from .state import State, done, pending, status_of


def job(obj: Object, _world: World) -> State:
    status = status_of(obj)
    failed = condition(obj, "Failed")
    target = condition(obj, "FailureTarget")
    trouble = failed if failed.get("status") == "True" else target
    if trouble.get("status") == "True":
        return _failed(obj, trouble)
    if condition(obj, "Complete").get("status") == "True":
        return done("complete")
    if obj["spec"].get("suspend"):
        return pending(
            "suspended", reason="Suspended", since=condition(obj, "Suspended").get("lastTransitionTime", "")
        )
    wanted = obj["spec"].get("completions", 1)
    said = f"{status.get('succeeded', 0)} of {wanted} pods done"
    if status.get("active"):
        said += f", {status['active']} running"
    if status.get("failed"):
        said += f", {status['failed']} failed"
    return pending(said)


def mpi_job(obj: Object, _world: World) -> State:
    """Its operator reports launcher and workers together."""
    failed = condition(obj, "Failed")
    if failed.get("status") == "True":
        return _failed(obj, failed)
    if condition(obj, "Succeeded").get("status") == "True":
        return done("complete")
    running = condition(obj, "Running").get("status") == "True"
    return pending("running" if running else "not started yet", reason="" if running else "NoStatus")


def _failed(obj: Object, trouble: Object) -> State:
    found = symptom(
        "JobFailed",
        obj,
        reason=trouble.get("reason", ""),
        message=trouble.get("message", ""),
        since=trouble.get("lastTransitionTime", ""),
    )
    return pending("failed", reason=found.reason, since=found.since, symptoms=[found])
