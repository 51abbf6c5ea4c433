# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods that answer: from what a pod is to the process behind it, its port-forward and its logs.

kwok reads cluster-wide objects that name one pod each; nothing is added to the namespaces of users.
"""

from __future__ import annotations

import re
import shutil
import traceback
from dataclasses import dataclass
from pathlib import Path

from ..api import Api, ApiError, Object
from . import logs
from .backends import Backend, Backends
from .engines import Serving, serving
from .watching import Store

PODS = "/api/v1/pods"
API_VERSION = "kwok.x-k8s.io/v1alpha1"
FORWARDS = f"/apis/{API_VERSION}/clusterportforwards"
LOGS = f"/apis/{API_VERSION}/clusterlogs"
REPOSITORY_FILE = re.compile(r"(?:^|/)([^/]+)/(?:config\.pbtxt|\d+/model\.\w+)$")


@dataclass
class _Seen:
    """What was last told to kwok about a pod."""

    version: str = ""
    logs: dict[str, list[str]] | None = None
    backend: Backend | None = None


class Pods:
    """Keeps kwok's objects equal to the pods of the cluster."""

    def __init__(self, api: Api, directory: Path, backends: Backends, store: Store) -> None:
        self._api, self._directory, self._backends = api, directory / "log" / "pods", backends
        self._store = store
        self._seen: dict[str, _Seen] = {}
        self._forget_former()

    def tick(self) -> None:
        pods = {pod["metadata"]["uid"]: pod for pod in self._store.all().values()}
        alive = self._backends.alive()
        for uid, pod in pods.items():
            seen = self._seen.setdefault(uid, _Seen())
            if seen.backend and seen.backend.name not in alive:
                seen.version, seen.backend = "", None
            if seen.version != pod["metadata"]["resourceVersion"]:
                try:
                    self._update(uid, pod, seen)
                    seen.version = pod["metadata"]["resourceVersion"]
                except (OSError, ApiError):  # this one again at the next look, the others now
                    traceback.print_exc()
        for uid in self._seen.keys() - pods.keys():
            self._forget(uid, self._seen.pop(uid))
        self._backends.keep({seen.backend.name for seen in self._seen.values() if seen.backend})

    def _update(self, uid: str, pod: Object, seen: _Seen) -> None:
        found = serving(pod)
        models = self._models(pod, found) if found else ()
        self._logs(uid, pod, seen, logs.lines(pod, found, models))
        wanted = None
        if found and is_ready(pod) and (models or found.protocol == "triton"):
            wanted = self._backends.backend(found, models)
        if wanted != seen.backend:
            if wanted:
                forwards = [
                    {"ports": [port], "target": {"address": "127.0.0.1", "port": target}}
                    for port, target in wanted.ports.items()
                ]
                self._api.apply(about(uid, pod, "ClusterPortForward", forwards=forwards))
            else:
                self._api.delete(f"{FORWARDS}/{uid}")
            seen.backend = wanted

    def _logs(self, uid: str, pod: Object, seen: _Seen, wanted: dict[str, list[str]]) -> None:
        if wanted == (seen.logs or {}):
            return
        paths = logs.write(self._directory / uid, wanted)
        if seen.logs is None or wanted.keys() != seen.logs.keys():
            entries = [
                {"containers": [container], "logsFile": str(path), "previousLogsFile": str(path)}
                for container, path in paths.items()
            ]
            self._api.apply(about(uid, pod, "ClusterLogs", logs=entries))
        seen.logs = wanted

    def _models(self, pod: Object, found: Serving) -> tuple[str, ...]:
        if found.models or found.protocol != "triton":
            return found.models
        return _repository_models(pod)

    def _forget(self, uid: str, seen: _Seen) -> None:
        if seen.backend:
            self._api.delete(f"{FORWARDS}/{uid}")
        if seen.logs:
            self._api.delete(f"{LOGS}/{uid}")
            shutil.rmtree(self._directory / uid, ignore_errors=True)

    def _forget_former(self) -> None:
        """What an earlier keeper told kwok may be about pods that are gone and processes that have ended."""
        for path in (FORWARDS, LOGS):
            for obj in (self._api.get(path) or {"items": []})["items"]:
                self._api.delete(f"{path}/{obj['metadata']['name']}")
        shutil.rmtree(self._directory, ignore_errors=True)


def about(uid: str, pod: Object, kind: str, **spec: object) -> Object:
    metadata = pod["metadata"]
    selector = {"matchNamespaces": [metadata["namespace"]], "matchNames": [metadata["name"]]}
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": {"name": uid},
        "spec": {"selector": selector, **spec},
    }


def is_ready(pod: Object) -> bool:
    conditions = pod.get("status", {}).get("conditions") or ()
    return not pod["metadata"].get("deletionTimestamp") and any(
        condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions
    )


def _repository_models(pod: Object) -> tuple[str, ...]:
    """The models of a repository that ConfigMaps lay out as `<model>/<version>/model.json`."""
    containers = pod["spec"]["containers"]
    mounts = (mount for container in containers for mount in container.get("volumeMounts") or ())
    names = {found[1] for mount in mounts if (found := REPOSITORY_FILE.search(mount["mountPath"]))}
    for volume in pod["spec"].get("volumes") or ():
        sources = [volume, *(volume.get("projected", {}).get("sources") or ())]
        for source in sources:
            for item in (source.get("configMap") or {}).get("items") or ():
                found = REPOSITORY_FILE.search(item["path"])
                if found:
                    names.add(found[1])
    return tuple(sorted(names))
