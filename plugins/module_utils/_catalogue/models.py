# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of well-known models that were measured or published, found by the whole name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    params_b: float
    """Parameters in 10^9."""
    max_position: int
    attention_heads: int
    raw_size: str | None = None
    """Measured size of the downloaded files."""
    gated: bool = False
    converted: Mapping[str, str] = field(default_factory=dict)
    """Measured size of the model for TensorRT-LLM in 16 bits, by pipeline x tensor."""


_KNOWN: tuple[tuple[str, ModelFacts], ...] = (
    (r"gpt2", ModelFacts(params_b=0.124, max_position=1024, attention_heads=12)),
    (r"opt-?125m", ModelFacts(params_b=0.125, max_position=2048, attention_heads=12)),
    (
        r"llama-2-7b(-chat)?(-hf)?",
        ModelFacts(params_b=6.7, max_position=4096, attention_heads=32, gated=True),
    ),
    (
        r"llama-2-70b(-chat)?(-hf)?",
        ModelFacts(params_b=69.0, max_position=4096, attention_heads=64, gated=True),
    ),
    (
        r"(meta-)?llama-3-8b(-instruct)?",
        ModelFacts(
            params_b=8.0,
            max_position=8192,
            attention_heads=32,
            raw_size="15Gi",
            gated=True,
            converted={"1x2": "32Gi", "1x4": "36Gi"},
        ),
    ),
    (
        r"(meta-)?llama-3-70b(-instruct)?",
        ModelFacts(
            params_b=70.6,
            max_position=8192,
            attention_heads=64,
            raw_size="90Gi",
            gated=True,
            converted={"1x8": "300Gi"},
        ),
    ),
    (
        r"(meta-)?llama-3\.1-8b(-instruct)?",
        ModelFacts(params_b=8.0, max_position=131072, attention_heads=32, gated=True),
    ),
    (
        r"(meta-)?llama-3\.1-70b(-instruct)?",
        ModelFacts(params_b=70.6, max_position=131072, attention_heads=64, gated=True),
    ),
)
_PATTERNS = tuple((re.compile(pattern, re.IGNORECASE), facts) for pattern, facts in _KNOWN)

HUB_IDS: dict[str, str] = {
    "gpt2": "openai-community/gpt2",
    "opt125m": "facebook/opt-125m",
    "llama-2-7b": "meta-llama/Llama-2-7b-hf",
    "llama-2-7b-chat": "meta-llama/Llama-2-7b-chat-hf",
    "llama-2-70b": "meta-llama/Llama-2-70b-hf",
    "llama-2-70b-chat": "meta-llama/Llama-2-70b-chat-hf",
    "llama-3-8b": "meta-llama/Meta-Llama-3-8B",
    "llama-3-8b-instruct": "meta-llama/Meta-Llama-3-8B-Instruct",
    "llama-3-70b": "meta-llama/Meta-Llama-3-70B",
    "llama-3-70b-instruct": "meta-llama/Meta-Llama-3-70B-Instruct",
}
"""Short names of well-known models → their ids on the hub. Any other id is taken as it is."""


def model_facts(source: str) -> ModelFacts | None:
    """What is known of a model by the last part of its hub id or path; a longer name is another model."""
    name = source.rstrip("/").rpartition("/")[2]
    return next((facts for pattern, facts in _PATTERNS if pattern.fullmatch(name)), None)
