# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._fleet import Fleet, Problem, Service, load
from ansible_collections.inferops.serving.plugins.module_utils._fleet.presets import PRESETS


def loaded(**entry: Any) -> tuple[Fleet, list[Problem]]:
    service = {"name": "a", "model": "m", "engine": "vllm", **entry}
    return load({"llm_models": [{"name": "m", "source": "org/m"}], "llm_serving": [service]})


def service(*presets: str, **entry: Any) -> Service:
    return loaded(presets=list(presets), **entry)[0].services[0]


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_well_formed(name: str) -> None:
    assert not loaded(presets=[name])[1]


def test_a_preset_gives_what_is_not_written() -> None:
    read = service("lean-rag")
    assert read.engine_args.kv_cache_dtype == "fp8"
    assert read.resources.memory.limit == "32Gi"
    assert read.scaling.max == 10


def test_what_is_written_wins() -> None:
    read = service(
        "lean-rag", engine_args={"kv_cache_dtype": "auto"}, resources={"memory": {"limit": "64Gi"}}
    )
    assert read.engine_args.kv_cache_dtype == "auto"
    assert read.engine_args.gpu_memory_utilization == 0.9
    assert (read.resources.memory.request, read.resources.memory.limit) == ("16Gi", "64Gi")


def test_null_leaves_the_presets_value() -> None:
    assert service("lean-rag", engine_args={"kv_cache_dtype": None}).engine_args.kv_cache_dtype == "fp8"


def test_where_each_value_is_from() -> None:
    origin = service("lean-rag", engine_args={"kv_cache_dtype": "auto"}).provenance
    assert origin["engine_args.kv_cache_dtype"] == "user"
    assert origin["engine_args.gpu_memory_utilization"] == "preset:lean-rag"
    assert "topology.tensor" not in origin


def test_the_later_preset_wins_and_says_so() -> None:
    fleet, problems = loaded(presets=["lean-rag", "gpt2-demo"])
    assert fleet.services[0].engine_args.gpu_memory_utilization == 0.5
    (problem,) = problems
    assert problem.severity == "warning"
    assert "engine_args.gpu_memory_utilization is 0.9 in preset:lean-rag and 0.5" in problem.message


@pytest.mark.parametrize(
    ("size", "utilization"), [("size-small", 0.9), ("size-medium", 0.85), ("size-large", 0.8)]
)
@pytest.mark.parametrize(("goal", "length"), [("low-latency", 8192), ("high-throughput", 32768)])
def test_size_and_goal_combine(size: str, utilization: float, goal: str, length: int) -> None:
    for presets in ([size, goal], [goal, size]):
        fleet, problems = loaded(presets=presets)
        assert not problems
        args = fleet.services[0].engine_args
        assert (args.gpu_memory_utilization, args.max_model_len) == (utilization, length)


def test_low_latency_prefills_in_one_step() -> None:
    args = service("low-latency").engine_args
    assert args.chunked_prefill is False
    assert args.max_num_batched_tokens == args.max_model_len


@pytest.mark.parametrize("pair", [["size-small", "size-large"], ["low-latency", "high-throughput"]])
def test_presets_of_one_group_exclude_each_other(pair: list[str]) -> None:
    errors = [problem for problem in loaded(presets=pair)[1] if problem.severity == "error"]
    assert len(errors) == 1
    assert "exclude each other" in errors[0].message


def test_an_unknown_preset_is_told_the_nearest() -> None:
    (problem,) = loaded(presets=["lean-rags"])[1]
    assert problem.path == "llm_serving[a].presets"
    assert problem.hint.startswith("Did you mean lean-rag?")


@pytest.mark.req("S4-02")
def test_the_demo_of_gpt2() -> None:
    args = service("gpt2-demo").engine_args
    assert args.gpu_memory_utilization == 0.5
    assert args.enforce_eager is True


def test_exactly_one_copy() -> None:
    scaling = service("kserve-fixed-one").scaling
    assert (scaling.min, scaling.max, scaling.metric) == (1, 1, "none")


def test_presets_are_not_changed_by_their_use() -> None:
    before = repr(PRESETS)
    service("lean-rag", engine_args={"kv_cache_dtype": "auto"}, resources={"cpu": {"limit": "1"}})
    assert repr(PRESETS) == before
