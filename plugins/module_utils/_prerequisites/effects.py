# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a component does on every GPU node what it is for, and the likely cause where it does not.

That all pods of a DaemonSet are ready says little: it counts only nodes that its pods may run on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from .._apply import Diagnosis
from .._catalogue.gpus import PRODUCT_LABEL
from .._cluster import Client, Object
from .._gpu_nodes.inventory import gpu_nodes, offered
from .._gpu_nodes.selection import Node, labels_of, name_of
from .exposition import unexposed
from .nodes import card_seen, made_by, pod_spec, why_unreached

PAUSE = 1.0
RUNTIME = "the driver is not loaded there, or containers do not get NVIDIA's runtime (runtime_class)"


@dataclass(frozen=True, kw_only=True)
class Effect:
    """``reached`` tells it of a node; ``missing`` and ``cause`` say in words what lacks and why it may."""

    reached: Callable[[Node, int], bool]
    missing: str
    cause: str
    look: Callable[[Client, Sequence[Node]], list[Diagnosis]] | None = None
    """What has to be asked there, once all else is well."""


EFFECTS: Mapping[str, Effect] = {
    "nfd": Effect(
        reached=lambda node, _gpus: card_seen(node),
        missing="no label of a PCI device of vendor 10de",
        cause="the card is not visible to the host, or the worker's configuration leaves its class out",
    ),
    "device_plugin": Effect(
        reached=lambda node, gpus: offered(node) >= gpus,
        missing="nvidia.com/gpu is not allocatable as expected",
        cause=RUNTIME,
    ),
    "gfd": Effect(
        reached=lambda node, _gpus: PRODUCT_LABEL in labels_of(node),
        missing=f"no label {PRODUCT_LABEL}",
        cause=f"Node Feature Discovery does not hand it on, or {RUNTIME}",
    ),
    "dcgm": Effect(reached=lambda _node, _gpus: True, missing="no metrics", cause=RUNTIME, look=unexposed),
}


def wait_for_effect(
    client: Client,
    component: str,
    ours: Sequence[Object],
    theirs: Sequence[Object],
    *,
    expected_nodes: int | None,
    gpus: int,
    deadline: float,
    progress: Callable[[str], None],
) -> tuple[list[Diagnosis], list[Object]]:
    """Looks at the nodes until all is well or the time is over; returns what is missing, and the nodes."""
    said = ""
    while True:
        nodes = client.list("v1", "Node")
        pods = [pod for one in (*ours, *theirs) for pod in pods_of(client, one)]
        found = judge(component, ours, theirs, nodes, pods, expected_nodes=expected_nodes, gpus=gpus)
        look = EFFECTS[component].look
        if look and not found:
            found = look(client, nodes)
        if not found or time.monotonic() + PAUSE >= deadline:
            return found, nodes
        line = f"{component}: waiting for {', '.join(one.object for one in found)}"
        if line != said:
            progress(line)
            said = line
        time.sleep(PAUSE)


def judge(
    component: str,
    ours: Sequence[Object],
    theirs: Sequence[Object],
    nodes: Sequence[Node],
    pods: Sequence[Object],
    *,
    expected_nodes: int | None,
    gpus: int,
) -> list[Diagnosis]:
    """One diagnosis for each GPU node without the effect, and one where there are too few nodes. Each of our
    DaemonSets must be well on every node; those of others only explain what lacks, since some bring several,
    each for a kind of node."""
    effect = EFFECTS[component]
    chosen = gpu_nodes(nodes)
    found: list[Diagnosis] = []
    if len(chosen) < (1 if expected_nodes is None else expected_nodes):
        found.append(
            Diagnosis(
                code="NodesMissing",
                object=component,
                message=f"{len(chosen)} GPU nodes were found, {expected_nodes or 1} are expected.",
                hint="Mark them with the role gpu_nodes, or set expected_nodes (0: none is fine).",
            )
        )
    for node in chosen:
        reached, cause = effect.reached(node, gpus), cause_at(node, ours, pods)
        if reached and not cause:
            continue
        likely = cause or cause_of_others(node, theirs, pods) or effect.cause
        found.append(
            Diagnosis(
                code="NoEffect",
                object=f"Node {name_of(node)}",
                message=f"{cause}." if reached else f"{effect.missing}.",
                hint=f"Likely cause: {likely}.",
            )
        )
    return found


def cause_at(node: Node, daemon_sets: Sequence[Object], pods: Sequence[Object]) -> str:
    """What is wrong with our own pods on the node; nothing where they are ready, or not ours."""
    for daemon_set in daemon_sets:
        name = daemon_set["metadata"]["name"]
        if barrier := why_unreached(pod_spec(daemon_set), node):
            return f"DaemonSet {name} does not reach it: {barrier}"
        here = [
            pod for pod in pods if pod["spec"].get("nodeName") == name_of(node) and made_by(pod, daemon_set)
        ]
        if not here:
            return f"DaemonSet {name} has no pod there yet"
        for pod in here:
            if waiting := _waiting(pod):
                return f"pod {pod['metadata']['name']} is not ready: {waiting}"
    return ""


def cause_of_others(node: Node, daemon_sets: Sequence[Object], pods: Sequence[Object]) -> str:
    """The same for DaemonSets of which one for the node is enough."""
    reaching = [one for one in daemon_sets if not why_unreached(pod_spec(one), node)]
    causes = [cause_at(node, [one], pods) for one in reaching or daemon_sets]
    return causes[0] if causes and all(causes) else ""


def _waiting(pod: Object) -> str:
    status = pod.get("status", {})
    if any(
        one.get("type") == "Ready" and one.get("status") == "True" for one in status.get("conditions") or ()
    ):
        return ""
    for container in status.get("containerStatuses") or ():
        if reason := (container.get("state") or {}).get("waiting", {}).get("reason"):
            return str(reason)
    return str(status.get("phase", "Pending"))


def pods_of(client: Client, daemon_set: Object) -> list[Object]:
    selector = ",".join(
        f"{key}={value}" for key, value in daemon_set["spec"]["selector"]["matchLabels"].items()
    )
    namespace = daemon_set["metadata"]["namespace"]
    return client.list("v1", "Pod", namespace=namespace, label_selector=selector)
