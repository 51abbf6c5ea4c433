# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods that are ready and lack the cache device that a webhook should have mounted when they were made.

The webhook's failure is ignored: a pod made while it was down starts, serves, and keeps its cache nowhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Any

from .._apply import Diagnosis
from .._apply.pods import ready
from .._apply.world import title
from .._catalogue.aidaptiv import DEVICE, FLAGS, WEBHOOK
from .._cluster import ApiError, Client, ClusterError, Object
from .._webhooks import ADMISSION, behind, goes_through

CODE = "NotInjected"
MOUNTS = ("cat", "/proc/self/mounts")
PATIENCE = 10.0
NAMED = 3
ACCESS = "/var/run/secrets"
"""Below it lie the mounts that every pod gets."""


def without_device(client: Client, objects: Iterable[Mapping[str, Any]]) -> list[Diagnosis]:
    """One diagnosis for each Deployment with such pods. Nothing where no operator's webhook is registered, or
    where that or the pods may not be read."""
    asking = [(obj, container, path) for obj in objects for container, path in _asking(obj)]
    if not asking:
        return []
    try:
        webhook = client.get(ADMISSION, "MutatingWebhookConfiguration", WEBHOOK)
        if webhook is None:
            return []
        return [found for one in asking for found in _judge(client, webhook, *one)]
    except ApiError as error:
        if error.status != HTTPStatus.FORBIDDEN:
            raise
        return []


def _asking(obj: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """The containers of a Deployment that ask for a cache device, and where they look for it."""
    if obj["kind"] != "Deployment":
        return
    flag = f"{FLAGS['nvme_path'].rendered}="
    for container in obj["spec"]["template"]["spec"]["containers"]:
        if DEVICE in ((container.get("resources") or {}).get("limits") or {}):
            told = [word for word in container.get("args") or () if word.startswith(flag)]
            yield from ((container, word.removeprefix(flag)) for word in told[-1:])


def _judge(
    client: Client,
    webhook: Object,
    deployment: Mapping[str, Any],
    container: Mapping[str, Any],
    path: str,
) -> list[Diagnosis]:
    namespace = deployment["metadata"]["namespace"]
    labels = deployment["spec"]["selector"]["matchLabels"]
    selector = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
    pods = [
        pod
        for pod in client.list("v1", "Pod", namespace=namespace, label_selector=selector)
        if ready(pod) and not _mounted(added(pod, container), path)
    ]
    home = client.get("v1", "Namespace", namespace) if pods else None
    lacking = [
        (pod, doubt)
        for pod in pods
        if goes_through(webhook, pod, home) and (doubt := _denied(client, pod, container, path)) is not None
    ]
    return [_diagnosis(webhook, deployment, container, path, lacking)] if lacking else []


def added(pod: Object, container: Mapping[str, Any]) -> list[str]:
    """Where the running container has mounts that its specification does not ask for."""
    live: Object = next((one for one in pod["spec"]["containers"] if one["name"] == container["name"]), {})
    own = {one["mountPath"] for one in container.get("volumeMounts") or ()}
    paths = [one["mountPath"] for one in live.get("volumeMounts") or ()]
    return [path for path in paths if path not in own and not path.startswith(ACCESS)]


def _mounted(paths: Iterable[str], path: str) -> bool:
    wanted = PurePosixPath(path)
    return any(wanted.is_relative_to(one) for one in paths)


def _denied(client: Client, pod: Object, container: Mapping[str, Any], path: str) -> str | None:
    """None where the kernel knows the mount after all: a kubelet also mounts what a device plugin tells it,
    and no specification shows that. Otherwise why the container could not be asked, empty where it was."""
    meta = pod["metadata"]
    try:
        answer = client.execute(
            meta["namespace"], meta["name"], MOUNTS, container=container["name"], timeout=PATIENCE
        )
    except ClusterError as error:
        return str(error)
    if answer.code:
        return f"{' '.join(MOUNTS)} ended with {answer.code}"
    there = [line.split()[1] for line in answer.stdout.splitlines() if len(line.split()) > 1]
    return None if str(PurePosixPath(path)) in there else ""


def _diagnosis(
    webhook: Object,
    deployment: Mapping[str, Any],
    container: Mapping[str, Any],
    path: str,
    lacking: Sequence[tuple[Object, str]],
) -> Diagnosis:
    first, doubt = lacking[0]
    names = [pod["metadata"]["name"] for pod, _doubt in lacking]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    elsewhere = added(first, container)
    message = (
        f"nothing is mounted at {path} in {', '.join(names[:NAMED])}{more}, though {DEVICE} is asked for: the"
        " cache would be kept nowhere."
    )
    if elsewhere:
        message += (
            f" Others mounted {', '.join(elsewhere)} there; where that is the device, write it as"
            " llm_cluster.components.aidaptiv.mount_path."
        )
    if doubt:
        message += f" (Judged by the pod's specification, since the container could not be asked: {doubt})"
    return Diagnosis(
        code=CODE,
        object=title(deployment),
        where=title({"kind": "Pod", **first}),
        message=message,
        hint=_hint(webhook, first),
    )


def _hint(webhook: Object, pod: Object) -> str:
    places = [f"Service {'/'.join(place)}" for place in behind(webhook.get("webhooks") or ())]
    answering = f"{places[0]} has ready endpoints" if places else "it answers"
    return (
        f"Likely cause: webhook {WEBHOOK} did not answer when the pod was made"
        f" ({pod['metadata']['creationTimestamp']}), and its failure is ignored. Delete the pod once"
        f" {answering}; its successor gets the device. Another rollout of the same specification does not"
        " replace it."
    )
