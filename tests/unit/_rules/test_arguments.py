# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._rules.asking import found, paths


def extra(*arguments: str, version: str = "0.33.0") -> dict[str, Any]:
    return {"image": f"vllm/vllm-openai:v{version}", "engine_args": {"extra": list(arguments)}}


def model_json(release: str = "26.06", **keys: Any) -> dict[str, Any]:
    image = f"nvcr.io/nvidia/tritonserver:{release}-vllm-python-py3"
    return {"engine": "triton-vllm", "image": image, "engine_args": {"model_json": keys}}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--max-loras=2"],
        ["--max-loras", "2"],
        ["--kv-transfer-config.kv_connector", "OffloadingConnector"],
        ["--no-enable-log-requests"],
        ["--disable-log-requests"],
        ["--reasoning-parser=deepseek_r1", "--enable-auto-tool-choice"],
    ],
)
def test_arguments_of_the_pinned_version(arguments: list[str]) -> None:
    assert not found("V-18", extra(*arguments))


def test_an_argument_that_is_gone_is_told_with_its_last_version_and_successor() -> None:
    (problem,) = found("V-18", extra("--swap-space=4"))
    assert str(problem) == (
        "V-18 llm_serving[a].engine_args.extra[0]: --swap-space is not an argument of vLLM 0.33.0 "
        "(last seen in 0.16.0). Use kv_offload instead."
    )


def test_every_argument_is_told_with_its_own_place() -> None:
    assert paths(found("V-18", extra("--swap-space", "4", "--max-loras=2", "--calculate-kv-scales"))) == [
        "llm_serving[a].engine_args.extra[0]",
        "llm_serving[a].engine_args.extra[3]",
    ]


@pytest.mark.req("S2-11")
@pytest.mark.parametrize(("version", "legal"), [("0.26.0", True), ("0.28.0", False), ("0.33.0", False)])
def test_kv_scales_only_for_versions_that_calculate_them(version: str, legal: bool) -> None:
    problems = found("V-18", extra("--calculate-kv-scales", version=version))
    assert (not problems) is legal
    assert all("calibrated" in problem.hint for problem in problems)


def test_a_misspelt_argument_is_told_the_nearest() -> None:
    (problem,) = found("V-18", extra("--max-lorass=2"))
    assert "--max-loras" in problem.hint


def test_an_argument_of_a_later_version() -> None:
    (problem,) = found("V-18", extra("--watchdog-config={}", version="0.20.2"))
    assert "newer image" in problem.hint


@pytest.mark.req("S2-15")
@pytest.mark.parametrize("value", ["true", "False"])
def test_a_switch_takes_no_value(value: str) -> None:
    (problem,) = found("V-18", extra(f"--enable-eplb={value}"))
    assert "--no-enable-eplb" in problem.hint


@pytest.mark.req("S2-15")
@pytest.mark.parametrize(
    ("argument", "version", "hint"),
    [
        ("--disable-eplb", "0.32.0", "Write --no-enable-eplb."),
        ("--no-disable-log-stats", "0.33.0", "Remove it."),
        ("--disable-log-stats=true", "0.33.0", "Write --disable-log-stats or nothing."),
    ],
)
def test_a_switch_has_the_opposite_that_the_version_gives_it(argument: str, version: str, hint: str) -> None:
    (problem,) = found("V-18", extra(argument, version=version))
    assert problem.hint == hint
    assert not found("V-18", extra("--no-enable-eplb", version=version))
    assert not found("V-18", extra("--disable-eplb", version="0.33.0"))


@pytest.mark.req("S0-05")
def test_model_json_keys_of_the_version_inside_the_tag() -> None:
    assert not found("V-18", model_json(enable_log_requests=False, block_size=16))
    assert paths(found("V-18", model_json(swap_space=4, disable_log_requests=True))) == [
        "llm_serving[a].engine_args.model_json.swap_space",
        "llm_serving[a].engine_args.model_json.disable_log_requests",
    ]


@pytest.mark.req("S0-05", "S4-02")
@pytest.mark.parametrize(("release", "legal"), [("25.05", True), ("25.10", False), ("26.06", False)])
def test_the_log_switch_of_the_sample_depends_on_the_tag(release: str, legal: bool) -> None:
    problems = found("V-18", model_json(release, disable_log_requests=True))
    assert (not problems) is legal
    assert all("--enable-log-requests" in problem.hint for problem in problems)


@pytest.mark.req("S0-05")
@pytest.mark.parametrize("keys", [{"block_size": "16"}, {"enable_log_requests": "true"}, {"max_loras": True}])
def test_model_json_values_keep_their_json_type(keys: dict[str, Any]) -> None:
    assert "not of type" in found("V-18", model_json(**keys))[0].message


@pytest.mark.req("S2-09")
@pytest.mark.parametrize(
    ("dtype", "legal"), [("auto", True), ("fp8", True), ("fp8_e5m2", True), ("fp7", False)]
)
def test_cache_types_that_the_version_takes(dtype: str, legal: bool) -> None:
    entry = {"image": "vllm/vllm-openai:v0.33.0", "engine_args": {"kv_cache_dtype": dtype}}
    assert (not found("V-18", entry)) is legal


@pytest.mark.parametrize(
    ("method", "version", "legal"),
    [
        ("awq", "0.33.0", True),
        ("gguf", "0.33.0", False),
        ("gguf", "0.24.0", True),
        ("bitsandbytes", "0.30.0", False),
    ],
)
def test_quantisation_methods(method: str, version: str, legal: bool) -> None:
    entry = {"image": f"vllm/vllm-openai:v{version}", "engine_args": {"quantization": method}}
    assert (not found("V-18", entry)) is legal


@pytest.mark.parametrize(("version", "legal"), [("0.33.0", False), ("0.10.2", True)])
def test_environment_variables_that_are_gone(version: str, legal: bool) -> None:
    entry = {"image": f"vllm/vllm-openai:v{version}", "env": {"VLLM_USE_V1": 1}}
    assert (not found("V-18", entry)) is legal


def test_an_image_that_does_not_tell_its_version_is_told_as_not_checked() -> None:
    entry = extra("--swap-space=4") | {"image": "registry.example/vllm:ours"}
    (problem,) = found("V-18", entry)
    assert problem.severity == "warning"
    assert found("V-18", entry | {"version": "0.33.0"})[0].severity == "error"
    assert not found("V-18", entry | {"engine_args": {}})


def test_a_simulators_own_arguments_are_its_own() -> None:
    assert not found("V-18", {"engine": "simulator", "engine_args": {"extra": ["--time-to-first-token=200"]}})


@pytest.mark.parametrize(("version", "severities"), [("0.33.0", ["warning"]), ("0.22.1", [])])
def test_a_deprecated_argument_is_a_warning(version: str, severities: list[str]) -> None:
    entry = {"version": version, "engine_args": {"extra": ["--disable-cascade-attn"]}}
    assert [problem.severity for problem in found("V-18", entry)] == severities


def test_what_a_newer_vllm_may_have_is_told_and_not_refused() -> None:
    (problem,) = found("V-18", extra("--foo=1", version="0.99.0"))
    assert problem.severity == "warning"
    assert "0.33.0, the newest that is known here" in problem.message
    assert "0.99.0" in problem.hint


def test_what_is_gone_stays_gone_in_a_newer_vllm() -> None:
    (problem,) = found("V-18", extra("--swap-space=4", version="0.99.0"))
    assert problem.severity == "error"


@pytest.mark.parametrize(
    ("version", "good"), [("0.33.0", True), ("v0.30.1", True), ("latest", False), ("26", False)]
)
def test_a_version_is_one(version: str, good: bool) -> None:
    assert paths(found("V-18", {"version": version})) == ([] if good else ["llm_serving[a].version"])
