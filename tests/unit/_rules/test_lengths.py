# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._rules.asking import found, paths


def args(**given: Any) -> dict[str, Any]:
    return {"engine_args": given}


def test_a_length_within_the_models_positions() -> None:
    assert not found("V-16", args(max_model_len=8192), model={"max_position": 8192})
    assert not found("V-16", args(max_model_len=1_000_000))


@pytest.mark.req("S3-50")
@pytest.mark.parametrize(
    ("source", "legal"), [("org/Llama-3.1-8B-Instruct", True), ("org/Llama-3-8B", False)]
)
def test_the_long_preset_against_known_models(source: str, legal: bool) -> None:
    problems = found("V-16", {"presets": ["high-throughput"]}, model={"source": source})
    assert (not problems) is legal


def test_what_is_written_of_the_model_wins_over_what_is_known() -> None:
    assert not found(
        "V-16", args(max_model_len=16384), model={"source": "org/Llama-3-8B", "max_position": 16384}
    )


@pytest.mark.req("S3-34")
def test_an_unchunked_prompt_goes_in_one_step() -> None:
    entry = args(chunked_prefill=False, max_model_len=32768, max_num_batched_tokens=8192)
    assert paths(found("V-16", entry)) == ["llm_serving[a].engine_args.max_num_batched_tokens"]
    assert not found("V-16", args(chunked_prefill=False, max_model_len=8192, max_num_batched_tokens=8192))
    assert not found("V-16", args(max_model_len=32768, max_num_batched_tokens=8192))
    assert not found("V-16", args(chunked_prefill=False, max_model_len=32768))


def test_the_models_own_length_counts_where_none_is_written() -> None:
    entry = args(chunked_prefill=False, max_num_batched_tokens=2048)
    assert found("V-16", entry, model={"max_position": 4096})


def test_both_faults_are_told_at_once() -> None:
    entry = args(chunked_prefill=False, max_model_len=32768, max_num_batched_tokens=8192)
    assert len(found("V-16", entry, model={"max_position": 8192})) == 2
