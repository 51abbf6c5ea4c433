# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-15: LoRA adapters."""

from __future__ import annotations

from collections.abc import Iterator

from .._fleet import Fleet, Model, Problem
from .._plan import ServicePlan
from .finding import Plans, at, error

CODE = "V-15"

RANKS = (1, 8, 16, 32, 64, 128, 256, 320, 512)


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for model in fleet.models.values():
        yield from _adapters(model)
    for plan in plans:
        yield from _service(plan)


def _adapters(model: Model) -> Iterator[Problem]:
    path = f"llm_models[{model.name}].adapters"
    seen: set[str] = set()
    for adapter in model.adapters:
        if adapter.name in seen:
            yield error(CODE, f"{path}[{adapter.name}]", "is there twice.", "Give each adapter its own name.")
        if adapter.name in (model.name, *model.served_names):
            message = "has the name under which the model itself is served."
            yield error(CODE, f"{path}[{adapter.name}].name", message, "Choose another name.")
        if (adapter.path is None) == (adapter.source is None):
            message = "needs exactly one of path and source."
            yield error(
                CODE, f"{path}[{adapter.name}]", message, "Write source for a path inside the model's store."
            )
        seen.add(adapter.name)


def _service(plan: ServicePlan) -> Iterator[Problem]:
    lora, adapters = plan.service.lora, plan.model.adapters
    if not lora.enabled:
        if lora.max_rank is not None:
            message = "has no effect: lora.enabled is false."
            yield error(CODE, at(plan, "lora.max_rank"), message, "Write enabled: true, or remove it.")
        return
    if not adapters:
        hint = f"Add adapters to llm_models[{plan.model.name}], or remove lora."
        yield error(CODE, at(plan, "lora.enabled"), f"model {plan.model.name} has no adapters.", hint)
    if plan.service.llmd.provider == "kserve" and plan.platform.name == "llmd" and plan.store.kind == "oci":
        message = "KServe takes no adapters of an LLMInferenceService from a registry."
        hint = "Put them into a store of kind pvc, s3 or hf, or use llmd.provider: native."
        yield error(CODE, at(plan, "lora.enabled"), message, hint)
    needed = max((adapter.rank or 0 for adapter in adapters), default=0)
    fitting = [rank for rank in RANKS if rank >= needed]
    hint = f"Write {fitting[0]} or more of {', '.join(map(str, RANKS))}." if fitting else ""
    if lora.max_rank is None:
        yield error(CODE, at(plan, "lora.max_rank"), "is missing.", hint)
        return
    faults = []
    if lora.max_rank not in RANKS:
        faults.append(f"{lora.max_rank} is not one of {', '.join(map(str, RANKS))}")
    largest = max(adapters, key=lambda adapter: adapter.rank or 0, default=None)
    if largest and lora.max_rank < needed:
        faults.append(f"adapter {largest.name} needs at least {needed}")
    if faults:
        yield error(CODE, at(plan, "lora.max_rank"), f"{'; '.join(faults)}.", hint)
