# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit._rules.asking import found, paths

OLD = {"image": "vllm/vllm-openai:v0.10.2"}


def transfer(config: dict[str, Any]) -> dict[str, Any]:
    return {"engine_args": {"extra": [f"--kv-transfer-config={json.dumps(config)}"]}}


@pytest.mark.req("S0-05")
@pytest.mark.parametrize(
    ("name", "legal"),
    [
        ("VLLM_LOGGING_LEVEL", True),
        ("VLLM_CACHE_ROOT", True),
        ("VLLM_USE_V1", False),
        ("VLLM_ATTENTION_BACKEND", False),
        ("VLLM_LOGING_LEVEL", False),
        ("OMP_NUM_THREADS", True),
    ],
)
def test_variables_are_known_to_the_version(name: str, legal: bool) -> None:
    assert (not found("V-18", {"env": {name: "1"}})) is legal


def test_a_misspelt_variable_has_a_nearest() -> None:
    (problem,) = found("V-18", {"env": {"VLLM_LOGING_LEVEL": "DEBUG"}})
    assert problem.path == "llm_serving[a].env.VLLM_LOGING_LEVEL"
    assert problem.hint == "Did you mean VLLM_LOGGING_LEVEL?"


@pytest.mark.req("S3-37")
def test_a_variable_that_the_version_still_has() -> None:
    assert not found("V-18", {**OLD, "env": {"VLLM_USE_V1": "1"}})
    (problem,) = found("V-18", {"env": {"VLLM_USE_V1": "1"}})
    assert "gone by 0.11.2" in problem.message


def test_a_variable_that_went_between_two_versions() -> None:
    entry = {"env": {"VLLM_USE_RAY_WRAPPED_PP_COMM": "1"}}
    assert not found("V-18", {**entry, "image": "vllm/vllm-openai:v0.32.0"})
    (problem,) = found("V-18", entry)
    assert "seen in 0.32.0" in problem.message


def test_a_version_that_was_not_looked_into_is_not_judged() -> None:
    assert not found("V-18", {**OLD, "env": {"VLLM_ANYTHING": "1"}})


@pytest.mark.req("S2-14")
@pytest.mark.parametrize(
    ("method", "legal"),
    [("fp8", True), ("awq", True), ("gguf", False), ("bitsandbytes", False), ("fp9", False)],
)
def test_methods_of_quantisation(method: str, legal: bool) -> None:
    assert (not found("V-18", {"engine_args": {"quantization": method}})) is legal


def test_a_method_that_was_dropped_has_a_successor() -> None:
    (problem,) = found("V-18", {"engine_args": {"quantization": "gguf"}})
    assert "gone by 0.26" in problem.message
    assert "compressed-tensors" in problem.hint
    assert not found("V-18", {**OLD, "engine_args": {"quantization": "gguf"}})


def test_a_deprecated_method_is_asked_for() -> None:
    args = {"quantization": "fp_quant"}
    (problem,) = found("V-18", {"engine_args": args})
    assert "--allow-deprecated-quantization" in problem.hint
    allowed = {**args, "extra": ["--allow-deprecated-quantization"]}
    assert not found("V-18", {"engine_args": allowed})


@pytest.mark.parametrize(
    ("config", "legal"),
    [
        ({"kv_connector": "NixlConnector", "kv_role": "kv_both"}, True),
        ({"kv_connector": "NixlConnector"}, False),
        ({"kv_connector": "SharedStorageConnector", "kv_role": "kv_both"}, False),
        ({"kv_connector": "NixlConector", "kv_role": "kv_both"}, False),
        ({"kv_connector": "Ours", "kv_role": "kv_both", "kv_connector_module_path": "a.b"}, True),
        ({"kv_connector": "NixlConnector", "kv_role": "kv_both", "kv_rank": 0}, False),
        (
            {
                "kv_connector": "MultiConnector",
                "kv_role": "kv_both",
                "kv_connector_extra_config": {"connectors": [{"kv_connector": "P2pNcclConnector"}]},
            },
            False,
        ),
    ],
)
def test_connectors_are_known_to_the_version(config: dict[str, Any], legal: bool) -> None:
    assert (not found("V-18", transfer(config))) is legal
    in_triton = {
        "engine": "triton-vllm",
        "image": "nvcr.io/nvidia/tritonserver:26.06-vllm-python-py3",
        "version": "0.33.0",
        "engine_args": {"model_json": {"kv_transfer_config": config}},
    }
    assert (not found("V-18", in_triton)) is legal


def test_a_connector_that_is_gone_has_a_successor() -> None:
    (problem,) = found("V-18", transfer({"kv_connector": "P2pNcclConnector", "kv_role": "kv_both"}))
    assert problem.hint == "Use NixlConnector instead."


def test_broken_json_is_told() -> None:
    (problem,) = found("V-18", {"engine_args": {"extra": ["--kv-transfer-config={'a': 1}"]}})
    assert "is no JSON" in problem.message


@pytest.mark.req("S2-14", "S2-15")
@pytest.mark.parametrize(
    ("argument", "legal"),
    [
        ("--max-loras=2", True),
        ("--max-loras=two", False),
        ("--max-logprobs=1.5", False),
        ("--cpu-offload-gb=0.5", True),
        ("--cpu-offload-gb=much", False),
        ("--long-prefill-token-threshold=2k", True),
    ],
)
def test_numbers_are_numbers(argument: str, legal: bool) -> None:
    problems = found("V-18", {"engine_args": {"extra": [argument]}})
    assert (not problems) is legal
    assert paths(problems) == ([] if legal else ["llm_serving[a].engine_args.extra[0]"])
