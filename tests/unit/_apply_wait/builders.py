# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects as the API server shows them, reduced to what a wait reads."""

from __future__ import annotations

import itertools
from typing import Any

NAMESPACE = "rag"
WRITTEN = "2026-11-20T12:00:00Z"
LATER = "2026-11-20T12:00:10Z"
EARLIER = "2026-11-20T11:59:00Z"
_numbers = itertools.count(1)


def make(
    kind: str, name: str, *, api_version: str = "v1", owner: dict[str, Any] | None = None, **parts: Any
) -> Any:
    meta = {
        "name": name,
        "namespace": NAMESPACE,
        "uid": f"uid-{next(_numbers)}",
        "generation": 1,
        "creationTimestamp": WRITTEN,
        **parts.pop("metadata", {}),
    }
    if owner is not None:
        meta["ownerReferences"] = [
            {
                "kind": owner["kind"],
                "name": owner["metadata"]["name"],
                "uid": owner["metadata"]["uid"],
                "controller": True,
            }
        ]
    return {"apiVersion": api_version, "kind": kind, "metadata": meta, **parts}


def written(time: str, *, status: str = "") -> list[dict[str, Any]]:
    """managedFields of an object whose spec and status were last written then."""
    entries: list[dict[str, Any]] = [{"manager": "somebody", "operation": "Apply", "time": time}]
    return entries + (
        [{"manager": "controller", "operation": "Update", "subresource": "status", "time": status}]
        if status
        else []
    )


def condition(kind: str, status: str = "True", **more: Any) -> dict[str, Any]:
    return {"type": kind, "status": status, **more}


def deployment(
    name: str = "lean",
    *,
    replicas: int = 2,
    owner: Any = None,
    revision: str = "1",
    template: Any = None,
    **status: Any,
) -> Any:
    full = {
        "observedGeneration": 1,
        "replicas": replicas,
        "updatedReplicas": replicas,
        "readyReplicas": replicas,
        "availableReplicas": replicas,
        **status,
    }
    return make(
        "Deployment",
        name,
        api_version="apps/v1",
        owner=owner,
        metadata={"annotations": {"deployment.kubernetes.io/revision": revision}},
        spec={"replicas": replicas, "template": template or {"metadata": {}}},
        status=full,
    )


def replica_set(owner: Any, *, revision: str = "1", replicas: int = 1, **status: Any) -> Any:
    return make(
        "ReplicaSet",
        f"{owner['metadata']['name']}-{revision}",
        api_version="apps/v1",
        owner=owner,
        metadata={"annotations": {"deployment.kubernetes.io/revision": revision}},
        spec={"replicas": replicas},
        status={"observedGeneration": 1, "replicas": replicas, **status},
    )


def pod(
    name: str = "lean-x", *, owner: Any = None, metadata: Any = None, spec: Any = None, **status: Any
) -> Any:
    full = {"phase": "Pending", **status}
    full.setdefault("conditions", [condition("PodScheduled", lastTransitionTime=WRITTEN)])
    return make(
        "Pod",
        name,
        owner=owner,
        metadata=metadata or {},
        spec=spec or {"containers": [{"name": "main"}]},
        status=full,
    )


def waiting(
    reason: str, message: str = "", *, name: str = "main", restarts: int = 0, last: Any = None
) -> dict[str, Any]:
    return {
        "name": name,
        "ready": False,
        "restartCount": restarts,
        "state": {"waiting": {"reason": reason, "message": message}},
        **({"lastState": {"terminated": last}} if last else {}),
    }


def running(
    *, name: str = "main", ready: bool = False, restarts: int = 0, last: Any = None
) -> dict[str, Any]:
    return {
        "name": name,
        "ready": ready,
        "restartCount": restarts,
        "state": {"running": {}},
        **({"lastState": {"terminated": last}} if last else {}),
    }


def event(
    about: Any, reason: str, message: str = "", *, kind: str = "Warning", time: str = LATER, count: int = 1
) -> Any:
    return make(
        "Event",
        f"event-{next(_numbers)}",
        involvedObject={
            "uid": about["metadata"]["uid"],
            "kind": about["kind"],
            "name": about["metadata"]["name"],
        },
        reason=reason,
        message=message,
        type=kind,
        firstTimestamp=time,
        lastTimestamp=time,
        count=count,
    )
