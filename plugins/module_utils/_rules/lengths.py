# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-16: how long a sequence may be, and how it is prefilled."""

from __future__ import annotations

from collections.abc import Iterator

from .._catalogue.models import model_facts
from .._fleet import Fleet, Problem
from .finding import Plans, at, error

CODE = "V-16"


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        args = plan.service.engine_args
        facts = model_facts(plan.model.source)
        longest = plan.model.max_position or (facts.max_position if facts else None)
        if longest and args.max_model_len and args.max_model_len > longest:
            message = f"max_model_len {args.max_model_len} exceeds the model's {longest} positions."
            yield error(CODE, at(plan, "engine_args.max_model_len"), message, f"Write {longest} or less.")
        length = args.max_model_len or longest
        tokens = args.max_num_batched_tokens
        if args.chunked_prefill is False and length and tokens and tokens < length:
            message = (
                f"{tokens} is below max_model_len {length}; with chunked_prefill off a prompt is one step."
            )
            hint = f"Write {length} or more, lower max_model_len, or let chunked_prefill be."
            yield error(CODE, at(plan, "engine_args.max_num_batched_tokens"), message, hint)
