# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the GPUs of one copy are spread over its pods."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .facts import ServicePlan


def world_size(plan: ServicePlan) -> int:
    """GPUs of one copy."""
    topology = plan.service.topology
    return topology.tensor * topology.pipeline * topology.data


def ranks_per_pod(plan: ServicePlan) -> int:
    """GPUs of one pod, counted too where an engine only pretends to have some."""
    topology, world = plan.service.topology, world_size(plan)
    if plan.platform.rendezvous is None or _pods(plan) == "single":
        return world
    if _pods(plan) == "per-gpu":
        return 1
    return min(topology.gpus_per_node or world, world)


def pods_per_copy(plan: ServicePlan) -> int:
    return -(-world_size(plan) // ranks_per_pod(plan))


def engines_per_pod(plan: ServicePlan) -> int:
    """Of the engines that share the requests of one copy."""
    topology = plan.service.topology
    return max(1, ranks_per_pod(plan) // (topology.tensor * topology.pipeline))


def _pods(plan: ServicePlan) -> str:
    if plan.platform.name == "leader-workers" and "topology.pods" not in plan.service.provenance:
        return "per-gpu"
    return plan.service.topology.pods
