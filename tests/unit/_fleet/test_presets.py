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
    engine = next(iter(PRESETS[name].engines), "vllm")
    assert not loaded(presets=[name], engine=engine)[1]


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


@pytest.mark.req("S3-47")
@pytest.mark.parametrize(
    ("size", "utilization", "disk", "tensor"),
    [("size-small", 0.9, 0, 1), ("size-medium", 0.85, 500, 1), ("size-large", 0.8, 1000, 2)],
)
def test_sizes_share_out_the_gpu_and_the_disk(size: str, utilization: float, disk: int, tensor: int) -> None:
    read = service(size, engine="aidaptiv")
    assert read.engine_args.gpu_memory_utilization == utilization
    assert read.kv_offload.ssd_gb == disk
    assert read.topology.tensor == tensor


@pytest.mark.req("S3-47")
@pytest.mark.parametrize(
    ("size", "written", "warned"),
    [
        ("size-medium", {"kv_offload": {"ssd_gb": 200}}, ""),
        ("size-medium", {"kv_offload": {"ssd_gb": 100}}, "100 is outside 200 to 500"),
        ("size-large", {"kv_offload": {"ssd_gb": 2000}}, "2000 is outside 500 to 1000"),
        ("size-large", {"topology": {"tensor": 8}}, "8 is outside 2 to 4"),
        ("size-large", {"topology": {"tensor": 4}, "kv_offload": {"ssd_gb": 500}}, ""),
    ],
)
def test_a_value_that_a_size_was_not_made_for_is_a_warning(
    size: str, written: dict[str, Any], warned: str
) -> None:
    fleet, problems = loaded(presets=[size], engine="aidaptiv", **written)
    assert fleet.services, "what is written wins nevertheless"
    assert [each.severity for each in problems] == (["warning"] if warned else [])
    assert warned in "".join(each.message for each in problems)


@pytest.mark.req("S3-48")
def test_a_goal_is_a_length_a_way_to_read_prompts_and_a_disk() -> None:
    soon, much = (service(goal, engine="aidaptiv") for goal in ("low-latency", "high-throughput"))
    assert (soon.engine_args.max_model_len, soon.engine_args.chunked_prefill) == (8192, False)
    assert soon.kv_offload.ssd_gb == 0
    assert (much.engine_args.max_model_len, much.engine_args.chunked_prefill) == (32768, True)
    assert much.engine_args.prefix_caching is True
    assert much.kv_offload.ssd_gb == 500


SIZE_BY_GOAL = [
    ("size-small", "low-latency", 0.9, 8192, 0),
    ("size-small", "high-throughput", 0.9, 32768, 500),
    ("size-medium", "low-latency", 0.85, 8192, 0),
    ("size-medium", "high-throughput", 0.85, 32768, 500),
    ("size-large", "low-latency", 0.8, 8192, 0),
    ("size-large", "high-throughput", 0.8, 32768, 500),
]


@pytest.mark.req("S3-49")
@pytest.mark.parametrize("case", SIZE_BY_GOAL)
@pytest.mark.parametrize("goal_first", [False, True])
def test_a_goal_wins_over_a_size_where_both_say_something(
    case: tuple[str, str, float, int, int], goal_first: bool
) -> None:
    size, goal, utilization, length, disk = case
    fleet, problems = loaded(presets=[goal, size] if goal_first else [size, goal], engine="aidaptiv")
    read = fleet.services[0]
    assert (read.engine_args.gpu_memory_utilization, read.engine_args.max_model_len) == (utilization, length)
    assert read.kv_offload.ssd_gb == disk
    differ = service(size, engine="aidaptiv").kv_offload.ssd_gb != disk
    assert [each.severity for each in problems] == (["warning"] if differ else [])
    if differ:
        assert f"{disk} in preset:{goal}; {disk} is used" in problems[0].message


@pytest.mark.req("S3-49")
@pytest.mark.parametrize(("size", "goal"), [each[:2] for each in SIZE_BY_GOAL])
def test_what_is_written_beats_size_and_goal_without_a_word(size: str, goal: str) -> None:
    written = {
        "engine_args": {"gpu_memory_utilization": 0.7, "max_model_len": 4096},
        "kv_offload": {"ssd_gb": 500},
    }
    fleet, problems = loaded(presets=[size, goal], engine="aidaptiv", **written)
    read = fleet.services[0]
    assert (read.engine_args.gpu_memory_utilization, read.engine_args.max_model_len) == (0.7, 4096)
    assert read.kv_offload.ssd_gb == 500
    assert not problems


@pytest.mark.req("S3-51")
def test_a_cache_on_disk_is_for_entries_that_offload() -> None:
    assert service("size-medium").kv_offload.ssd_gb == 0
    assert service("size-medium", kv_offload={"provider": "lmcache"}).kv_offload.ssd_gb == 500
    assert service("size-medium", kv_offload={"enabled": False}, engine="aidaptiv").kv_offload.ssd_gb == 0


@pytest.mark.req("S3-36")
@pytest.mark.parametrize(("gpus", "devices"), [(4, 2), (8, 4)])
def test_adapters_on_several_gpus(gpus: int, devices: int) -> None:
    read = service(f"lora-{gpus}-gpus", engine="aidaptiv")
    assert read.topology.tensor == gpus
    assert (read.gpu.mode, read.gpu.memory_percent) == ("vgpu", 80)
    assert (read.engine_args.gpu_memory_utilization, read.engine_args.max_model_len) == (0.85, 8192)
    assert (read.lora.enabled, read.lora.max_rank) == (True, 32)
    assert (read.kv_offload.device_count, read.shm_size) == (devices, "30Gi")
    port = (read.expose.type, read.expose.port, read.expose.node_port)
    assert port == (("nodeport", 8299, 30299) if gpus == 8 else ("cluster", None, None))


def test_a_preset_of_one_engine_is_refused_for_another() -> None:
    (problem,) = loaded(presets=["lora-4-gpus"])[1]
    assert (problem.code, problem.severity) == ("V-03", "error")
    assert problem.hint == "Remove it, or write engine: aidaptiv."


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
    made = service("kserve-fixed-one")
    assert made.kserve.mode == "Knative"
    scaling = made.scaling
    assert (scaling.min, scaling.max, scaling.metric, scaling.target) == (1, 1, "concurrency", 1)


def test_presets_are_not_changed_by_their_use() -> None:
    before = repr(PRESETS)
    service("lean-rag", engine_args={"kv_cache_dtype": "auto"}, resources={"cpu": {"limit": "1"}})
    assert repr(PRESETS) == before
