# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods: what they are doing, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .codes import NEVER
from .symptoms import Symptom, pull_grace, symptom, unschedulable
from .world import Object, World

PULL_REASONS = frozenset(
    {
        "ErrImagePull",
        "ImagePullBackOff",
        "InvalidImageName",
        "ErrImageNeverPull",
        "ImageInspectError",
        "RegistryUnavailable",
    }
)
CREATE_REASONS = frozenset(
    {
        "CreateContainerConfigError",
        "CreateContainerError",
        "RunContainerError",
        "PreCreateHookError",
        "PreStartHookError",
        "PostStartHookError",
    }
)
KILLED = 137
"""Exit code of a process that got SIGKILL: the kernel's answer to too much memory, or a probe's."""
CRASHES = 3
"""Restarts after which a container that runs again is still taken for a crashing one."""
STORAGE_INITIALIZER = "storage-initializer"


def ready(pod: Object) -> bool:
    return condition(pod, "Ready").get("status") == "True" and not pod["metadata"].get("deletionTimestamp")


def condition(obj: Object, kind: str) -> dict[str, Any]:
    conditions = (obj.get("status") or {}).get("conditions") or ()
    return next((one for one in conditions if one.get("type") == kind), {})


def pod_symptoms(pod: Object, world: World) -> list[Symptom]:
    if pod["metadata"].get("deletionTimestamp") or ready(pod):
        return []
    scheduled = condition(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        return [unschedulable(pod, scheduled, world)]
    found = [one for status, init in _containers(pod) if (one := _container(pod, status, world, init=init))]
    return found or _whole_pod(pod) or _probe(pod, world)


def died_of(pod: Object, world: World) -> Symptom | None:
    """Why a container of a pod had started again. In a group that starts anew as a whole that is the end of
    all its pods, and none lives to see a crash loop."""
    for status, init in _containers(pod):
        last = (status.get("lastState") or {}).get("terminated") or {}
        if last.get("exitCode"):
            return _crash(pod, status["name"], last, world, init=init, words="")
    return None


def activity(pod: Object, world: World) -> str:
    """A word or two about what a pod that is not ready is doing."""
    phase = (pod.get("status") or {}).get("phase")
    if pod["metadata"].get("deletionTimestamp"):
        return "terminating"
    if phase in ("Succeeded", "Failed"):
        return str(phase).lower()
    scheduled = condition(pod, "PodScheduled")
    if scheduled.get("status") == "False":
        return "held by a queue" if scheduled.get("reason") == "SchedulingGated" else "no node has room"
    return _container_activity(pod) or _last_step(pod, world)


def _container_activity(pod: Object) -> str:
    """What its first busy or stuck container says, or ''."""
    for status, init in _containers(pod):
        state = status.get("state") or {}
        waiting = (state.get("waiting") or {}).get("reason", "")
        if waiting and waiting not in ("ContainerCreating", "PodInitializing"):
            return str(waiting)
        if "running" in state:
            return f"running {status['name']}" if init else "starting"
    return ""


def _last_step(pod: Object, world: World) -> str:
    last = next((event["reason"] for event in reversed(world.events_of(pod))), "")
    steps = {"Pulling": "pulling image", "Scheduled": "creating containers"}
    return steps.get(last, "waiting for its node")


def portrait(pod: Object, world: World) -> str:
    """One line about a pod: phase, what it is doing, its node, its restarts."""
    status = pod.get("status") or {}
    doing = "ready" if ready(pod) else activity(pod, world)
    restarts = sum(one.get("restartCount", 0) for one, _init in _containers(pod))
    parts = [
        f"{pod['metadata']['name']}: {status.get('phase', 'Pending')}, {doing}",
        f"on {pod['spec']['nodeName']}" if pod["spec"].get("nodeName") else "on no node",
        f"{restarts} restart{'s' if restarts > 1 else ''}" if restarts else "",
    ]
    return ", ".join(part for part in parts if part)


def _containers(pod: Object) -> Iterator[tuple[dict[str, Any], bool]]:
    """Container statuses in the order in which they matter, and whether each is an init container's."""
    status = pod.get("status") or {}
    for one in status.get("initContainerStatuses") or ():
        yield one, True
    for one in status.get("containerStatuses") or ():
        yield one, False


def _container(pod: Object, status: dict[str, Any], world: World, *, init: bool) -> Symptom | None:
    state = status.get("state") or {}
    waiting = state.get("waiting") or {}
    reason, message = waiting.get("reason", ""), waiting.get("message", "")
    name = status["name"]
    if reason in PULL_REASONS:
        since = condition(pod, "PodScheduled").get("lastTransitionTime", "")
        said = " ".join(
            event.get("message", "") for event in world.events_of(pod) if event.get("reason") == "Failed"
        )
        return symptom(
            "ImagePull",
            pod,
            reason=reason,
            message=message or said,
            since=since,
            grace=pull_grace(f"{message} {said}"),
            container=name,
        )
    if reason in CREATE_REASONS:
        since = condition(pod, "PodScheduled").get("lastTransitionTime", "")
        return symptom("ConfigError", pod, reason=reason, message=message, since=since, container=name)
    last = (status.get("lastState") or {}).get("terminated") or state.get("terminated") or {}
    crashing = reason == "CrashLoopBackOff" or (
        status.get("restartCount", 0) >= CRASHES and not status.get("ready") and last.get("exitCode", 0) != 0
    )
    return _crash(pod, name, last, world, init=init, words=message) if crashing else None


def _crash(
    pod: Object, container: str, last: dict[str, Any], world: World, *, init: bool, words: str
) -> Symptom:
    exit_code = last.get("exitCode")
    killer = _probe_kill(pod, world)
    if last.get("reason") == "OOMKilled" or (exit_code == KILLED and not killer):
        code = "OutOfMemory"
    elif killer:
        code = "ProbeKilled"
    elif container == STORAGE_INITIALIZER:
        code = "StorageInitializer"
    else:
        code = "InitFailed" if init else "CrashLoop"
    ended = (
        f"container {container} ended with exit code {exit_code}"
        if last
        else f"container {container} keeps ending"
    )
    detail = killer or (last.get("message") or "").strip() or words
    facts: dict[str, Any] = {"grace": NEVER} if _of_a_job(pod) else {}  # its Job decides when it has failed
    return symptom(
        code,
        pod,
        reason=last.get("reason") or "CrashLoopBackOff",
        message=f"{ended}: {detail}" if detail else ended,
        since=last.get("finishedAt") or condition(pod, "PodScheduled").get("lastTransitionTime", ""),
        container=container,
        previous=bool(last),
        **facts,
    )


def _probe_kill(pod: Object, world: World) -> str:
    """The kubelet's words when it killed a container for a failed probe, or ''."""
    for event in reversed(world.events_of(pod)):
        message = event.get("message", "")
        if event.get("reason") == "Killing" and ("startup probe" in message or "liveness probe" in message):
            return str(message)
    return ""


def _whole_pod(pod: Object) -> list[Symptom]:
    status = pod.get("status") or {}
    if status.get("phase") != "Failed":
        return []
    ended = [
        (one["name"], one["state"]["terminated"])
        for one, _init in _containers(pod)
        if (one.get("state") or {}).get("terminated", {}).get("exitCode", 0) != 0
    ]
    container, last = ended[0] if ended else ("", {})
    said = (
        f"container {container} ended with exit code {last.get('exitCode')}" if last else "the pod has failed"
    )
    more = status.get("message") or last.get("message") or ""
    return [
        symptom(
            "PodFailed",
            pod,
            reason=status.get("reason") or last.get("reason") or "Failed",
            message=f"{said}: {more}" if more else said,
            since=last.get("finishedAt") or "",
            container=container,
            grace=0.0 if not pod["metadata"].get("ownerReferences") else NEVER,
        )
    ]


def _probe(pod: Object, world: World) -> list[Symptom]:
    """A pod that runs without being ready: its probe's last word, if there was any."""
    running = [one["name"] for one, init in _containers(pod) if not init and not one.get("ready")]
    event = next((one for one in reversed(world.events_of(pod)) if one.get("reason") == "Unhealthy"), None)
    if event is None or not running:
        return []
    since = condition(pod, "Ready").get("lastTransitionTime", "")
    return [
        symptom(
            "ProbeFailing",
            pod,
            reason="Unhealthy",
            message=event.get("message", ""),
            since=since,
            container=running[0],
        )
    ]


def _of_a_job(pod: Object) -> bool:
    return any(owner.get("kind") == "Job" for owner in pod["metadata"].get("ownerReferences") or ())
