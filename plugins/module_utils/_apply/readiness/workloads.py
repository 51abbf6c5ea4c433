# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployments, ReplicaSets, StatefulSets, DaemonSets, LeaderWorkerSets and bare pods."""

from __future__ import annotations

from ..._names import EXPECTED_NODES_ANNOTATION
from ..lineage import observed
from ..pods import condition, pod_symptoms, ready
from ..symptoms import Symptom, creation, symptom
from ..world import Object, World
from .state import State, done, pending, status_of, unmet


def deployment(obj: Object, _world: World) -> State:
    status, wanted = status_of(obj), _wanted(obj)
    if not _seen(obj):
        return pending("not seen by its controller yet")
    progress = condition(obj, "Progressing")
    symptoms = [*_creation(obj)]
    if progress.get("reason") == "ProgressDeadlineExceeded":
        symptoms.append(
            symptom(
                "RolloutStuck",
                obj,
                reason="ProgressDeadlineExceeded",
                message=progress.get("message", ""),
                since=progress.get("lastUpdateTime", ""),
            )
        )
    return _rollout(
        wanted=wanted,
        updated=status.get("updatedReplicas", 0),
        ready_now=min(status.get("readyReplicas", 0), status.get("updatedReplicas", 0)),
        existing=status.get("replicas", 0),
        available=status.get("availableReplicas", 0),
        symptoms=symptoms,
    )


def replica_set(obj: Object, _world: World) -> State:
    status, wanted = status_of(obj), _wanted(obj)
    count = status.get("readyReplicas", 0)
    if _seen(obj) and count >= wanted:
        return done()
    return pending(f"{count} of {wanted} pods ready", symptoms=_creation(obj))


def stateful_set(obj: Object, _world: World) -> State:
    status, wanted = status_of(obj), _wanted(obj)
    if not _seen(obj):
        return pending("not seen by its controller yet")
    if (obj["spec"].get("updateStrategy") or {}).get("type") == "OnDelete":
        updated = wanted  # pods are renewed by hand
    else:
        partition = ((obj["spec"].get("updateStrategy") or {}).get("rollingUpdate") or {}).get("partition", 0)
        current = status.get("currentRevision") == status.get("updateRevision")
        updated = status.get("replicas", 0) if current else status.get("updatedReplicas", 0) + partition
    return _rollout(
        wanted=wanted,
        updated=updated,
        ready_now=status.get("readyReplicas", 0),
        existing=status.get("replicas", 0),
        available=status.get("availableReplicas", wanted),
    )


def daemon_set(obj: Object, _world: World) -> State:
    """0 desired is not ready: a DaemonSet that matches no node does nothing."""
    status = status_of(obj)
    if not _seen(obj):
        return pending("not seen by its controller yet")
    desired = status.get("desiredNumberScheduled", 0)
    expected = int((obj["metadata"].get("annotations") or {}).get(EXPECTED_NODES_ANNOTATION, 0))
    if desired < max(expected, 1):
        said = f"matches {desired} of {expected} expected nodes" if expected else "matches no node"
        missing = symptom("NodesMissing", obj, reason="NodesMissing", message=f"The DaemonSet {said}.")
        return pending(said, reason="NodesMissing", symptoms=[missing])
    return _rollout(
        wanted=desired,
        updated=status.get("updatedNumberScheduled", 0),
        ready_now=status.get("numberReady", 0),
        existing=desired,
        available=status.get("numberAvailable", 0),
    )


def leader_worker_set(obj: Object, _world: World) -> State:
    """No failure condition and no progress deadline here: its pods tell what is wrong."""
    status, wanted = status_of(obj), _wanted(obj)
    available = condition(obj, "Available")
    if not status or not available:
        return pending("no status yet")
    if not observed(obj) or available.get("observedGeneration", 0) < obj["metadata"].get("generation", 0):
        return pending("not seen by its controller yet")
    updated, count = status.get("updatedReplicas", 0), status.get("readyReplicas", 0)
    if updated < wanted:
        return pending(f"{updated} of {wanted} groups updated")
    if count < wanted or status.get("replicas", 0) > wanted:
        return pending(f"{count} of {wanted} groups ready")
    if available.get("status") != "True":
        return unmet(available, "Available")
    return done(f"{count} of {wanted} groups ready")


def pod(obj: Object, world: World) -> State:
    phase = status_of(obj).get("phase", "Pending")
    if ready(obj) or phase == "Succeeded":
        return done()
    since = condition(obj, "Ready").get("lastTransitionTime", "")
    return pending(f"pod is {phase}", reason=phase, since=since, symptoms=pod_symptoms(obj, world))


def _seen(obj: Object) -> bool:
    return "observedGeneration" in status_of(obj) and observed(obj)


def _wanted(obj: Object) -> int:
    return int(obj["spec"].get("replicas", 1))


def _rollout(
    *,
    wanted: int,
    updated: int,
    ready_now: int,
    existing: int,
    available: int,
    symptoms: list[Symptom] | None = None,
) -> State:
    found = symptoms or []
    if updated < wanted:
        return pending(f"{updated} of {wanted} pods updated", symptoms=found)
    if existing > wanted:
        old = existing - wanted
        return pending(f"{'1 old pod' if old == 1 else f'{old} old pods'} still there", symptoms=found)
    if ready_now < wanted or available < wanted:
        return pending(f"{min(ready_now, available)} of {wanted} pods ready", symptoms=found)
    return done(f"{ready_now} of {wanted} pods ready")


def _creation(obj: Object) -> list[Symptom]:
    """Pods that could not be created, as the controller's own condition says."""
    failure = condition(obj, "ReplicaFailure")
    if failure.get("status") != "True":
        return []
    return [
        creation(
            obj,
            message=failure.get("message", ""),
            reason=failure.get("reason", ""),
            since=failure.get("lastTransitionTime", ""),
        )
    ]
