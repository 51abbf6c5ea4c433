# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the pods behind a target to ask, and why none can be asked."""

from __future__ import annotations

from .._cluster import Client, Object
from .._served import Place
from .._served.pods import find_pods, is_ready, service_of
from .asking import NotReached

# Waiting reasons that no patience heals.
HOPELESS = (
    "CrashLoopBackOff",
    "CreateContainerConfigError",
    "CreateContainerError",
    "ErrImageNeverPull",
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
)


def ready_pod(client: Client, target: Place) -> Object:
    """The newest Ready pod. Raises NotReached with the state of the others."""
    pods = find_pods(client, target)
    for pod in pods:
        if is_ready(pod):
            return pod
    if not pods:
        raise NotReached("NoPod", f"namespace {target.namespace} has no pod of it", passing=False)
    states = "; ".join(f"{pod['metadata']['name']} is {state(pod)}" for pod in pods[:3])
    raise NotReached("NoReadyPod", f"no pod is Ready: {states}", passing=not all(map(hopeless, pods)))


def port_of(client: Client, target: Place, pod: Object) -> int:
    """The container port that answers requests. Raises NotReached where none is known."""
    if target.port:
        return target.port
    service = service_of(client, target)
    wanted = service["spec"]["ports"][0].get("targetPort") if service else None
    if isinstance(wanted, int):
        return wanted
    ports = [port for container in pod["spec"]["containers"] for port in container.get("ports") or ()]
    for port in ports:
        if wanted is None or port.get("name") == wanted:
            return int(port["containerPort"])
    raise NotReached("NoPort", f"pod {pod['metadata']['name']} names no port; give one")


def state(pod: Object) -> str:
    """A pod's state in the words of its kubelet or its scheduler."""
    status = pod.get("status") or {}
    for container in _containers(pod):
        for kind in ("waiting", "terminated"):
            found = (container.get("state") or {}).get(kind)
            if found and found.get("reason") != "Completed":
                return _sentence(found.get("reason"), found.get("message"))
    for condition in status.get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            return _sentence(condition.get("reason"), condition.get("message"))
    return str(status.get("phase", "Unknown"))


def hopeless(pod: Object) -> bool:
    """Whether a container of the pod waits for something that will not come by itself."""
    return any(
        ((container.get("state") or {}).get("waiting") or {}).get("reason") in HOPELESS
        for container in _containers(pod)
    )


def _containers(pod: Object) -> list[Object]:
    status = pod.get("status") or {}
    return [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]


def _sentence(reason: str | None, message: str | None) -> str:
    return ": ".join(part for part in (reason or "Unknown", message) if part)
