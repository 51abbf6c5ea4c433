# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-04: how the engines and pods of one copy share its GPUs."""

from __future__ import annotations

from collections.abc import Iterator

from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .finding import Plans, at, error, roles

CODE = "V-04"


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in roles(plans):
        if plan.platform.rendezvous is not None:
            yield from _whole_engines(plan)
        if plan.platform.name == "llmd" and plan.service.llmd.provider == "kserve":
            yield from _of_kserve(plan)


def _whole_engines(plan: ServicePlan) -> Iterator[Problem]:
    """A pod holds whole engines, or an engine whole pods; KServe would take anything."""
    topology = plan.service.topology
    engine = topology.tensor * topology.pipeline
    per_pod = plan.ranks_per_pod
    if topology.data > 1 and per_pod % engine and engine % per_pod:
        message = f"{per_pod} GPUs of a pod are no whole number of engines of {engine} GPUs, nor the reverse."
        yield error(CODE, at(plan, "topology.gpus_per_node"), message, f"Write a multiple of {engine}.")
    if plan.pods_per_copy > 1 and plan.world_size % per_pod:
        message = f"{per_pod} does not divide the {plan.world_size} GPUs of a copy."
        legal = [str(size) for size in range(1, plan.world_size + 1) if plan.world_size % size == 0]
        yield error(CODE, at(plan, "topology.gpus_per_node"), message, f"Write one of {', '.join(legal)}.")


def _of_kserve(plan: ServicePlan) -> Iterator[Problem]:
    topology, provider = plan.service.topology, "Use llmd.provider: native."
    if topology.pipeline > 1 and topology.data > 1:
        message = "KServe refuses pipeline and data parallelism at once."
        yield error(CODE, at(plan, "topology.pipeline"), message, f"Write one of them as 1. {provider}")
        return
    if plan.pods_per_copy == 1:
        return
    if topology.pipeline > 1 and plan.role == "decode":
        message = "KServe has no preset for stages in several pods beside prefill."
        yield error(CODE, at(plan, "topology.pods"), message, f"Write pods: single. {provider}")
    if topology.pipeline == topology.data == 1:
        message = "KServe spreads a copy over pods by pipeline or data parallelism alone."
        yield error(CODE, at(plan, "topology.pods"), message, f"Write pods: single. {provider}")
    elif topology.pipeline > 1 and plan.pods_per_copy != topology.pipeline:
        message = f"KServe makes one pod for each of {topology.pipeline} stages, not {plan.pods_per_copy}."
        hint = f"Write gpus_per_node: {topology.tensor}. {provider}"
        yield error(CODE, at(plan, "topology.gpus_per_node"), message, hint)
    elif topology.data > 1 and plan.ranks_per_pod < topology.tensor:
        message = f"KServe gives every engine one pod, and {topology.tensor} GPUs do not fit into one."
        hint = f"Write gpus_per_node: {topology.tensor} or a multiple. {provider}"
        yield error(CODE, at(plan, "topology.gpus_per_node"), message, hint)
