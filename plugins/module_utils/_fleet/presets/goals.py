# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Presets by what a service is good at. Where they and the size of a model want different, they win."""

from __future__ import annotations

from .preset import Preset

GROUP = "goal"

GOALS: dict[str, Preset] = {
    "low-latency": Preset(
        description="Short answers soon: 8192 tokens, prompts in one piece, no cache on disk.",
        values={
            "engine_args": {"max_model_len": 8192, "max_num_batched_tokens": 8192, "chunked_prefill": False}
        },
        offload={"ssd_gb": 0},
        group=GROUP,
    ),
    "high-throughput": Preset(
        description="Many long requests: 32768 tokens, prompts in chunks, common prefixes kept.",
        values={"engine_args": {"max_model_len": 32768, "chunked_prefill": True, "prefix_caching": True}},
        offload={"ssd_gb": 500},
        group=GROUP,
    ),
}
