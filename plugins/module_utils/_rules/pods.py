# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-04: how many GPUs make one copy for TensorRT-LLM, and into which pods a copy is cut."""

from __future__ import annotations

from collections.abc import Iterator

from .._catalogue.trtllm import WORLD_SIZES as LEGAL
from .._engines.vllm_nodes import SINCE
from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .finding import Plans, at, error, roles

CODE = "V-04"

_NO_WORKERS = "KServe 0.20.0 deletes the workers of an InferenceService again and again (kserve#6113)."


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in roles(plans):
        if plan.engine.name == "triton-trtllm":
            yield from _power_of_two(plan)
        yield from _shape(plan)
        if plan.engine.name == "vllm" and plan.pods_per_copy > 1 and not plan.engine_is_at_least(SINCE):
            message = f"vLLM {plan.engine_version} spreads over several pods only with Ray."
            yield error(CODE, at(plan, "topology.pods"), message, f"Use vLLM {SINCE} or newer, or one pod.")


def _power_of_two(plan: ServicePlan) -> Iterator[Problem]:
    size, topology = plan.world_size, plan.service.topology
    if size in LEGAL or plan.service.allow_any_world_size:
        return
    near = [max(each for each in LEGAL if each < size), *[each for each in LEGAL if each > size][:1]]
    made = f"tensor {topology.tensor} by pipeline {topology.pipeline}"
    message = (
        f"world size {size} ({made}) is not a power of two ({', '.join(map(str, LEGAL))}),"
        " which TensorRT-LLM needs."
    )
    hint = f"Nearest legal sizes: {' and '.join(map(str, near))}. Or set allow_any_world_size: true."
    yield error(CODE, at(plan, "topology"), message, hint)


def _shape(plan: ServicePlan) -> Iterator[Problem]:
    """A key that changes nothing is a misunderstanding."""
    topology = plan.service.topology
    if plan.platform.rendezvous is None and topology.pods != "single":
        message = f"{topology.pods} has no effect: platform {plan.platform.name} runs a copy in one pod."
        if plan.platform.name == "kserve":
            message += f" {_NO_WORKERS}"
        hint = "Write pods: single, or platform: lws, leader-workers or llmd."
        yield error(CODE, at(plan, "topology.pods"), message, hint)
    elif topology.pods == "per-node" and topology.gpus_per_node is None:
        message = "is missing for pods: per-node."
        yield error(CODE, at(plan, "topology.gpus_per_node"), message, "Write the GPUs of one pod.")
    elif topology.pods != "per-node" and topology.gpus_per_node is not None:
        message = f"{topology.gpus_per_node} has no effect with pods: {topology.pods}."
        yield error(CODE, at(plan, "topology.gpus_per_node"), message, "Remove it, or write pods: per-node.")
