# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects as clusters have them, by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._components import (
    COMPONENTS,
    Finding,
    Snapshot,
    detect,
)
from ansible_collections.inferops.serving.plugins.module_utils._components.snapshot import (
    DAEMON_SETS,
    DEFINITIONS,
    DEPLOYMENTS,
    NODES,
    Listing,
)

OURS = [{"manager": "inferops.serving", "operation": "Apply", "fieldsV1": {}}]


def workload(
    name: str,
    *,
    kind: str = "DaemonSet",
    namespace: str = "kube-system",
    image: str = "example.com/other:1",
    args: tuple[str, ...] = (),
    **metadata: Any,
) -> dict[str, Any]:
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": namespace, **metadata},
        "spec": {
            "template": {"spec": {"containers": [{"name": "main", "image": image, "args": list(args)}]}}
        },
    }


def node(name: str, *, gpus: str = "0", **labels: str) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "labels": labels},
        "status": {"allocatable": {"nvidia.com/gpu": gpus}, "capacity": {"nvidia.com/gpu": "8"}},
    }


def named(kind: str, name: str, *, group: str = "", **rest: Any) -> dict[str, Any]:
    return {"apiVersion": f"{group}/v1", "kind": kind, "metadata": {"name": name}, **rest}


def definition(name: str, **annotations: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "annotations": annotations}}


def cluster(
    *objects: dict[str, Any],
    nodes: tuple[dict[str, Any], ...] = (),
    definitions: tuple[dict[str, Any], ...] = (),
    others: Mapping[Listing, list[dict[str, Any]]] | None = None,
    unread: frozenset[Listing] = frozenset(),
) -> Snapshot:
    return Snapshot(
        objects={
            DAEMON_SETS: [obj for obj in objects if obj["kind"] == "DaemonSet"],
            DEPLOYMENTS: [obj for obj in objects if obj["kind"] == "Deployment"],
            NODES: list(nodes),
            DEFINITIONS: list(definitions),
            **(others or {}),
        },
        unread=unread,
    )


def found(name: str, snapshot: Snapshot) -> Finding:
    return detect(COMPONENTS[name], snapshot)
