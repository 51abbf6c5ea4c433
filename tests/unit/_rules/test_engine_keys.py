# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from tests.unit._rules.asking import found, paths


def test_a_key_of_another_engine_is_refused_with_the_engine_that_has_it() -> None:
    (problem,) = found("V-01", {"engine_args": {"log_verbose": 1}})
    assert problem.path == "llm_serving[a].engine_args.log_verbose"
    assert "triton-vllm" in problem.hint


def test_the_engine_that_has_the_key_takes_it() -> None:
    assert not found(
        "V-01", {"engine": "triton-vllm", "engine_args": {"log_verbose": 1, "log_iso8601": True}}
    )


def test_every_key_inside_model_json_counts() -> None:
    assert paths(found("V-01", {"engine_args": {"model_json": {"block_size": 16}}})) == [
        "llm_serving[a].engine_args.model_json"
    ]


def test_a_simulator_takes_the_entry_of_the_engine_it_stands_in_for() -> None:
    entry = {"engine": "simulator", "engine_args": {"gpu_memory_utilization": 0.9, "log_verbose": 1}}
    assert not found("V-01", entry)
