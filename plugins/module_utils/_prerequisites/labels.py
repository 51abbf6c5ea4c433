# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Node Feature Discovery leaves on nodes, removed as its own pruning would, without its image."""

from __future__ import annotations

from .._cluster import Client, Object

BOOKS = "nfd.node.kubernetes.io/"
LABELS, FEATURES = BOOKS + "feature-labels", BOOKS + "feature-annotations"
DEFAULT_NAMESPACE = "feature.node.kubernetes.io/"


def prune(client: Client, *, check_mode: bool) -> list[str]:
    """Removes the labels and annotations that its own records on the nodes name; returns the nodes."""
    changes = [(node, change) for node in client.list("v1", "Node") if (change := leftovers(node))]

    def write(job: tuple[Object, Object]) -> None:
        node, change = job
        client.patch(node, change, dry_run=check_mode)

    client.in_parallel(write, changes)
    return [node["metadata"]["name"] for node, _change in changes]


def leftovers(node: Object) -> Object:
    """The merge patch that takes them off, or nothing."""
    annotations = node["metadata"].get("annotations") or {}
    labels = _listed(annotations.get(LABELS, ""))
    names = [*(key for key in annotations if key.startswith(BOOKS)), *_listed(annotations.get(FEATURES, ""))]
    present = node["metadata"].get("labels") or {}
    gone = {
        "labels": {name: None for name in labels if name in present},
        "annotations": {name: None for name in names if name in annotations},
    }
    metadata = {part: keys for part, keys in gone.items() if keys}
    return {"metadata": metadata} if metadata else {}


def _listed(text: str) -> list[str]:
    """Names without a namespace of their own are in the default one."""
    names = [name for name in text.split(",") if name]
    return [name if "/" in name else DEFAULT_NAMESPACE + name for name in names]
