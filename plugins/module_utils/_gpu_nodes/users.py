# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods that could not come back to their nodes without labels that are about to go."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from .matching import selects
from .selection import Node, labels_of, name_of

FINISHED = ("Succeeded", "Failed")
FEW = 5


def choosing(
    pods: Sequence[Mapping[str, Any]], nodes: Sequence[Node], gone: Mapping[str, Collection[str]]
) -> list[str]:
    """``gone`` are keys of labels by node. A DaemonSet's pods leave at once, others when they start again."""
    poorer = {name_of(node): _without(node, gone[name_of(node)]) for node in nodes if name_of(node) in gone}
    return [
        f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
        for pod in pods
        if (left := poorer.get(pod["spec"].get("nodeName", "")))
        and pod.get("status", {}).get("phase") not in FINISHED
        and not selects(pod["spec"], left)
    ]


def some(names: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return f"{', '.join(names[:FEW])}{more}"


def _without(node: Node, keys: Collection[str]) -> Node:
    kept = {key: value for key, value in labels_of(node).items() if key not in keys}
    return {**node, "metadata": {**node["metadata"], "labels": kept}}
