# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes under agents: what agents found there, and why a pod does not reach one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._cluster import Object
from .._gpu_nodes.marks import Taint
from .._gpu_nodes.matching import bars, selects
from .._gpu_nodes.selection import PCI_LABELS, Node, labels_of

CONDITION = "node.kubernetes.io/"


def card_seen(node: Node) -> bool:
    return any(labels_of(node).get(label) == "true" for label in PCI_LABELS)


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
