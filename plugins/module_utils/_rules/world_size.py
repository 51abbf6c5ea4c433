# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-04: how a model is split over GPUs."""

from __future__ import annotations

from collections.abc import Iterator

from .._catalogue.models import model_facts
from .._fleet import Fleet, Problem
from .finding import Plans, at, error, roles, warning

CODE = "V-04"

DIVIDES_NEARLY_ANY = (1, 2, 4, 8)
"""Numbers that divide the attention heads of practically every model."""


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    """vLLM splits the attention heads over the tensor size; a simulator splits nothing."""
    for plan in roles(plans):
        tensor, source = plan.service.topology.tensor, plan.model.source
        if not plan.engine.uses_gpu or tensor == 1:
            continue
        facts = model_facts(source)
        path = at(plan, "topology.tensor")
        if facts and facts.attention_heads % tensor:
            heads = facts.attention_heads
            legal = ", ".join(str(size) for size in range(1, 2 * tensor) if heads % size == 0)
            message = f"{tensor} does not divide the {heads} attention heads of {source}."
            yield error(CODE, path, message, f"Write one of {legal}.")
        elif not facts and tensor not in DIVIDES_NEARLY_ANY:
            message = (
                f"the attention heads of {source} are not known; not checked that {tensor} divides them."
            )
            yield warning(CODE, path, message, "See num_attention_heads in the model's config.json.")
