# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._engines.vllm_arguments import engine_arguments
from ansible_collections.inferops.serving.plugins.module_utils._fleet.arguments import ELSEWHERE, HOMES
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read

from tests.unit._rules.asking import found, paths


@pytest.mark.req("S2-12")
def test_tensor_parallel_size_is_not_typed_twice() -> None:
    entry = {"topology": {"tensor": 4}, "engine_args": {"extra": ["--tensor-parallel-size=2"]}}
    (problem,) = found("V-02", entry)
    assert str(problem) == (
        "V-02 llm_serving[a].engine_args.extra[0]: --tensor-parallel-size is derived from "
        "topology.tensor (4), but 2 is given. Remove the argument or change topology.tensor."
    )


def test_the_topology_alone_is_enough() -> None:
    assert not found("V-02", {"topology": {"tensor": 4}, "engine_args": {"extra": ["--max-loras=2"]}})


@pytest.mark.req("S2-14")
@pytest.mark.parametrize(
    "spelling",
    [
        "--tensor-parallel-size=2",
        "--tensor_parallel_size=2",
        "--tensor-par=2",
        "-tp=2",
        "--max-model-len=4096",
        "--enable-prefix-caching",
        "--no-enable-prefix-caching",
        "--disable-prefix-caching",
        "--speculative-config.method=ngram",
        "--served-model-name=x",
        "--port=9000",
        "--seed=1",
        "--enable-lora",
    ],
)
def test_an_extra_argument_may_not_repeat_a_key_however_it_is_spelt(spelling: str) -> None:
    assert paths(found("V-02", {"engine_args": {"extra": [spelling]}})) == [
        "llm_serving[a].engine_args.extra[0]"
    ]


def test_a_value_in_an_item_of_its_own_is_read_too() -> None:
    (problem,) = found("V-02", {"engine_args": {"extra": ["--max-num-seqs", "8"]}})
    assert "8 is given" in problem.message


@pytest.mark.req("S4-03")
def test_model_json_may_not_repeat_the_topology() -> None:
    entry = {"engine": "triton-vllm", "topology": {"tensor": 2}}
    assert not found("V-02", entry)
    (problem,) = found("V-02", entry | {"engine_args": {"model_json": {"tensor_parallel_size": 1}}})
    assert "topology.tensor (2)" in problem.message


@pytest.mark.parametrize("argument", ["--model-repository=/x", "--http-port=1", "--log-verbose=1"])
def test_arguments_of_tritonserver_that_are_derived(argument: str) -> None:
    assert found("V-02", {"engine": "triton-vllm", "engine_args": {"extra": [argument]}})


def test_other_arguments_of_tritonserver_pass() -> None:
    entry = {"engine": "triton-vllm", "engine_args": {"extra": ["--model-load-thread-count=2"]}}
    assert not found("V-02", entry)


@pytest.mark.parametrize("name", ["CUDA_VISIBLE_DEVICES", "NCCL_P2P_DISABLE", "TRITON_AWS_MOUNT_DIRECTORY"])
def test_variables_that_are_derived(name: str) -> None:
    assert paths(found("V-02", {"env": {name: "1"}})) == [f"llm_serving[a].env.{name}"]


def test_a_version_that_contradicts_the_tag() -> None:
    image = "vllm/vllm-openai:v0.33.0"
    assert found("V-02", {"image": image, "version": "0.32.0"})
    assert not found("V-02", {"image": image, "version": "0.33.0"})
    assert not found("V-02", {"image": "registry.example/vllm:ours", "version": "0.32.0"})


def test_every_argument_that_is_rendered_has_its_home() -> None:
    entry = {
        "name": "a",
        "model": "m",
        "engine": "vllm",
        "topology": {"tensor": 2, "pipeline": 2, "data": 2, "expert": True},
        "engine_args": {
            "max_model_len": 8192,
            "max_num_seqs": 8,
            "max_num_batched_tokens": 8192,
            "kv_cache_dtype": "auto",
            "dtype": "auto",
            "quantization": "awq",
            "prefix_caching": True,
            "chunked_prefill": True,
            "enforce_eager": True,
            "speculative": {"method": "ngram"},
            "trust_remote_code": True,
            "seed": 1,
        },
        "kv_offload": {"dram_gb": 8},
        "lora": {"enabled": True, "max_rank": 16},
        "monitoring": {"tracing": "http://collector:4317"},
    }
    model = {
        "name": "m",
        "source": "org/m",
        "revision": "main",
        "adapters": [{"name": "x", "source": "x", "rank": 8}],
    }
    (plan,) = read({"llm_models": [model], "llm_serving": [entry]}).plans
    rendered = set(engine_arguments(plan))
    assert rendered <= {*HOMES, *ELSEWHERE}
    assert set(HOMES) <= rendered


@pytest.mark.parametrize(
    ("entry", "good"),
    [
        ({"version": "0.30.0"}, True),
        ({"version": "0.30.0", "image": "docker.io/vllm/vllm-openai:v0.30.0"}, True),
        ({"version": "0.30.0", "image": "docker.io/vllm/vllm-openai:v0.33.0"}, False),
        ({"version": "0.30.0", "image": "registry.example/own:1"}, True),
        ({"engine": "triton-vllm", "version": "0.24.0"}, True),
        ({"engine": "triton-vllm", "version": "0.30.0"}, False),
        ({"engine": "triton-trtllm", "version": "1.1.0"}, True),
        ({"engine": "triton-trtllm", "version": "24.04"}, False),
    ],
)
def test_a_version_is_that_of_the_image(entry: dict[str, Any], good: bool) -> None:
    assert paths(found("V-02", entry)) == ([] if good else ["llm_serving[a].version"])
