# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules that an inventory must keep, one file each. None asks a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .._fleet import Fleet, Problem
from . import (
    arguments,
    backend,
    combinations,
    container_memory,
    credentials,
    data_types,
    delivery,
    derived,
    devices,
    engine_keys,
    engine_names,
    exposure,
    firmware,
    lengths,
    llmd,
    lora,
    memory_fractions,
    names,
    offline,
    offload,
    parallelism,
    past_the_picker,
    paths,
    placement,
    pods,
    ports,
    replicas,
    scale_target,
    shared_gpus,
    sharing,
    storage,
    tensorrt_llm,
    uninstalled,
    vendor,
    world_size,
)
from .finding import Check, Plans, at

RULES: tuple[tuple[str, Check], ...] = (
    (engine_keys.CODE, engine_keys.check),
    (derived.CODE, derived.check),
    (combinations.CODE, combinations.check),
    (llmd.CODE, llmd.check),
    (placement.CODE, placement.check),
    (world_size.CODE, world_size.check),
    (pods.CODE, pods.check),
    (parallelism.CODE, parallelism.check),
    (devices.CODE, devices.check),
    (sharing.CODE, sharing.check),
    (memory_fractions.CODE, memory_fractions.check),
    (data_types.CODE, data_types.check),
    (replicas.CODE, replicas.check),
    (scale_target.CODE, scale_target.check),
    (container_memory.CODE, container_memory.check),
    (storage.CODE, storage.check),
    (paths.CODE, paths.check),
    (delivery.CODE, delivery.check),
    (offload.CODE, offload.check),
    (lora.CODE, lora.check),
    (lengths.CODE, lengths.check),
    (backend.CODE, backend.check),
    (vendor.CODE, vendor.check),
    (tensorrt_llm.CODE, tensorrt_llm.check),
    (arguments.CODE, arguments.check),
    (engine_names.CODE, engine_names.check),
    (credentials.CODE, credentials.check),
    (names.CODE, names.check),
    (ports.CODE, ports.check),
    (exposure.CODE, exposure.check),
    (past_the_picker.CODE, past_the_picker.check),
    (shared_gpus.CODE, shared_gpus.check),
    (firmware.CODE, firmware.check),
    (uninstalled.CODE, uninstalled.check),
    (offline.CODE, offline.check),
)
"""In the order of their codes. The form of the inventory (V-01, V-25) is checked where it is read."""


def check(fleet: Fleet, plans: Plans) -> list[Problem]:
    """Every finding of every rule."""
    found = [problem for _code, rule in RULES for problem in rule(fleet, plans)]
    return [*found, *_of_canaries(fleet, plans, found)]


def _of_canaries(fleet: Fleet, plans: Plans, found: list[Problem]) -> Iterator[Problem]:
    """What is wrong with a canary and not already with its service."""
    for plan in plans:
        if plan.canary is None:
            continue
        alone, place = at(plan.canary), at(plan)
        for problem in (each for _code, rule in RULES for each in rule(fleet, [plan.canary])):
            if replace(problem, path=problem.path.replace(alone, place)) not in found:
                inside = problem.path.replace(alone, f"{place}.rollout.canary.overrides")
                yield replace(problem, path=inside)
