# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the GPUs of a pod reach each other: what the driver says, and what NCCL said at the start."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from .._cluster import Client, ClusterError
from .._plan import ServicePlan
from .asking import NotReached
from .pods import ready_pod
from .target import Target

COMMAND = ("nvidia-smi", "topo", "-m")
MOST_LINES = 200


@dataclass(frozen=True, kw_only=True)
class GpuTopology:
    """``links`` has for each pair of GPUs the driver's word: ``NV12`` is twelve NVLinks, ``PIX``, ``PXB`` and
    ``PHB`` are PCIe, ``NODE`` and ``SYS`` lead through the processor."""

    name: str
    namespace: str
    pod: str
    node: str
    matrix: str
    links: Mapping[str, str]
    nccl: Sequence[str]
    problem: str
    """Why it is not known; empty where it is."""


def gpu_topology(client: Client, plan: ServicePlan, target: Target) -> GpuTopology:
    """Asks the newest Ready pod of the service; what cannot be asked is a problem of the answer."""
    try:
        pod = ready_pod(client, target)
    except NotReached as problem:
        return _unknown(plan, str(problem))
    name, node = pod["metadata"]["name"], str(pod["spec"].get("nodeName", ""))
    try:
        log = client.logs(plan.namespace, name, container=plan.container_name)
        finished = client.execute(plan.namespace, name, COMMAND, container=plan.container_name)
    except ClusterError as error:
        return _unknown(plan, str(error), pod=name, node=node)
    failed = finished.code != 0
    return GpuTopology(
        name=plan.name,
        namespace=plan.namespace,
        pod=name,
        node=node,
        matrix="" if failed else finished.stdout,
        links={} if failed else links(finished.stdout),
        nccl=[line for line in log.splitlines() if "NCCL" in line][:MOST_LINES],
        problem=f"{' '.join(COMMAND)} ended with {finished.code}: {finished.stderr}" if failed else "",
    )


def links(matrix: str) -> dict[str, str]:
    """``GPU0-GPU1`` → the word where their row and column meet."""
    rows = {words[0]: words[1:] for line in matrix.splitlines() if (words := line.split())[:1]}
    gpus = [name for name in rows if name.startswith("GPU") and name[3:].isdigit()]
    return {
        f"{one}-{other}": rows[one][place]
        for one, other in combinations(gpus, 2)
        if (place := gpus.index(other)) < len(rows[one])
    }


def _unknown(plan: ServicePlan, problem: str, *, pod: str = "", node: str = "") -> GpuTopology:
    return GpuTopology(
        name=plan.name,
        namespace=plan.namespace,
        pod=pod,
        node=node,
        matrix="",
        links={},
        nccl=[],
        problem=problem,
    )
