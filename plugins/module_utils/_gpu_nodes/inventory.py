# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nodes tell of their GPUs: the fact that roles show, and that the rules of services use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._catalogue.gpus import PRODUCT_LABEL
from .._quantities import quantity
from .selection import GPUS, Node, has_gpu, labels_of, name_of

OWN_LABEL = "nvidia.com/gpu"
OTHER_LABELS: Mapping[str, tuple[str, ...]] = {
    OWN_LABEL: ("present", "true"),
    "nvidia.com/gpu.present": ("true",),
}
"""By which nodes are known as GPU nodes before anything discovers it, ours first."""
MEMORY = "nvidia.com/gpu.memory"


def gpu_nodes(nodes: Sequence[Node]) -> list[Node]:
    return [
        node
        for node in nodes
        if has_gpu(node) or any(labels_of(node).get(key) in wanted for key, wanted in OTHER_LABELS.items())
    ]


def offered(node: Node) -> int:
    """GPUs, and slices of them, that the node has to give."""
    allocatable = node.get("status", {}).get("allocatable") or {}
    return sum(
        int(quantity(str(amount))) for resource, amount in allocatable.items() if GPUS.fullmatch(resource)
    )


def gpu_inventory(nodes: Sequence[Node]) -> dict[str, dict[str, Any]]:
    """What each GPU node has, as its labels and the kubelet tell."""
    found = {}
    for node in gpu_nodes(nodes):
        labels = labels_of(node)
        memory = labels.get(MEMORY, "")
        found[name_of(node)] = {
            "product": labels.get(PRODUCT_LABEL, ""),
            "count": offered(node),
            "memory_mib": int(memory) if memory.isdigit() else None,
            "mig": labels.get("nvidia.com/mig.strategy", "none"),
        }
    return found
