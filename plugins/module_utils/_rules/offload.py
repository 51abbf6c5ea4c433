# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-14: offloading of the KV cache."""

from __future__ import annotations

from collections.abc import Iterator

from .._catalogue.vllm import standing
from .._fleet import Fleet, Problem
from .finding import Plans, at, error

CODE = "V-14"


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        offload = plan.service.kv_offload
        if not offload.dram_gb or not plan.engine.loads_model:
            continue
        path = at(plan, "kv_offload.dram_gb")
        if not offload.enabled:
            message = f"{offload.dram_gb} has no effect: kv_offload.enabled is false."
            yield error(CODE, path, message, "Remove one of the two.")
        elif standing("kv_offloading_size", plan.engine_version, command_line=False)[0] != "known":
            message = f"vLLM {plan.engine_version} has no offloading of its own."
            yield error(CODE, path, message, "Remove it, or use an image with vLLM 0.12.0 or later.")
