# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes with GPUs: which they are, what they offer, and why a pod does not reach one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._cluster import Object
from .._gpu_nodes.marks import Taint
from .._gpu_nodes.matching import bars, selects
from .._gpu_nodes.selection import GPU_RESOURCES, PCI_LABELS, Node, has_gpu, labels_of, name_of
from .._quantities import quantity

OWN_LABEL = "nvidia.com/gpu"
OTHER_LABELS: Mapping[str, tuple[str, ...]] = {
    OWN_LABEL: ("present", "true"),
    "nvidia.com/gpu.present": ("true",),
}
"""By which nodes are known as GPU nodes before anything discovers it, ours first."""
PRODUCT = "nvidia.com/gpu.product"
CONDITION = "node.kubernetes.io/"


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
        int(quantity(str(amount)))
        for resource, amount in allocatable.items()
        if resource.startswith(GPU_RESOURCES) and not resource.endswith(".shared.total")
    )


def card_seen(node: Node) -> bool:
    return any(labels_of(node).get(label) == "true" for label in PCI_LABELS)


def gpu_inventory(nodes: Sequence[Node]) -> dict[str, dict[str, Any]]:
    """What each GPU node has, as its labels and the kubelet tell."""
    found = {}
    for node in gpu_nodes(nodes):
        labels = labels_of(node)
        memory = labels.get("nvidia.com/gpu.memory", "")
        found[name_of(node)] = {
            "product": labels.get(PRODUCT, ""),
            "count": offered(node),
            "memory_mib": int(memory) if memory.isdigit() else None,
            "mig": labels.get("nvidia.com/mig.strategy", "none"),
        }
    return found


def why_unreached(pod: Mapping[str, Any], node: Node) -> str:
    """What keeps a DaemonSet's pod off a node, or nothing."""
    for taint in map(Taint.read, node.get("spec", {}).get("taints") or ()):
        if not taint.key.startswith(CONDITION) and bars(taint, pod):
            return f"taint {taint} is not tolerated"
    if not selects(pod, node):
        wanted = pod.get("nodeSelector") or {}
        lacking = [f"{key}={value}" for key, value in wanted.items() if labels_of(node).get(key) != value]
        return (
            f"lacks the label {', '.join(lacking)}" if lacking else "its labels match no term of the affinity"
        )
    return ""


def made_by(pod: Object, workload: Object) -> bool:
    return any(
        reference.get("uid") == workload["metadata"].get("uid")
        for reference in pod["metadata"].get("ownerReferences") or ()
    )


def pod_spec(workload: Object) -> Mapping[str, Any]:
    spec: Mapping[str, Any] = workload["spec"]["template"]["spec"]
    return spec
