# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of well-known models that were measured or published, found by the whole name."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    params_b: float
    """Parameters in 10^9."""
    max_position: int
    attention_heads: int
    raw_size: str | None = None
    """Measured size of the downloaded files."""
    gated: bool = False


_KNOWN: tuple[tuple[str, ModelFacts], ...] = (
    (r"gpt2", ModelFacts(params_b=0.124, max_position=1024, attention_heads=12)),
    (r"opt-125m", ModelFacts(params_b=0.125, max_position=2048, attention_heads=12)),
    (
        r"(meta-)?llama-3-8b(-instruct)?",
        ModelFacts(params_b=8.0, max_position=8192, attention_heads=32, raw_size="15Gi", gated=True),
    ),
    (
        r"(meta-)?llama-3-70b(-instruct)?",
        ModelFacts(params_b=70.6, max_position=8192, attention_heads=64, raw_size="90Gi", gated=True),
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


def model_facts(source: str) -> ModelFacts | None:
    """What is known of a model by the last part of its hub id or path; a longer name is another model."""
    name = source.rstrip("/").rpartition("/")[2]
    return next((facts for pattern, facts in _PATTERNS if pattern.fullmatch(name)), None)
