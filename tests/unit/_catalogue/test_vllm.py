# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vLLM's arguments however they are written, and the versions that know them."""

from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._catalogue import vllm, vllm_arguments
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.successors import ARGUMENTS
from ansible_collections.inferops.serving.plugins.module_utils._fleet.arguments import ELSEWHERE, HOMES


@pytest.mark.parametrize(
    ("written", "name", "switched"),
    [
        ("--max-model-len", "max_model_len", None),
        ("--max_model_len", "max_model_len", None),
        ("--max-mod", "max_model_len", None),
        ("-tp", "tensor_parallel_size", None),
        ("--tensor", "tensor_parallel_size", None),
        ("--device-memory-utilization", "gpu_memory_utilization", None),
        ("--kv-transfer-config.kv_connector", "kv_transfer_config", None),
        ("--enable-prefix-caching", "enable_prefix_caching", True),
        ("--no-enable-prefix-caching", "enable_prefix_caching", False),
        ("--disable-prefix-caching", "enable_prefix_caching", False),
        ("--no-enable-prefix", "enable_prefix_caching", False),
        ("--enforce-eager", "enforce_eager", True),
        ("--no-enforce-eager", "enforce_eager", False),
        ("--disable-log-stats", "disable_log_stats", True),
        ("--enable-log-stats", "disable_log_stats", False),
        ("--no-disable-log-stats", "disable_log_stats", False),
        ("-ep", "enable_expert_parallel", True),
        ("--swap-space", "swap_space", None),
        ("--max", "max", None),
        ("--", "", None),
        ("--not-an-argument", "not_an_argument", None),
    ],
)
def test_spellings(written: str, name: str, switched: bool | None) -> None:
    assert vllm.argument_name(written) == (name, switched)


def test_values_follow_or_stand_in_the_next_item() -> None:
    items = ["--max-loras=2", "--seed", "-1", "--enable-eplb", "--middleware", "a", "--load-format=x=y"]
    assert [(found.index, found.name, found.value) for found in vllm.given(items)] == [
        (0, "max_loras", "2"),
        (1, "seed", "-1"),
        (3, "enable_eplb", True),
        (4, "middleware", "a"),
        (6, "load_format", "x=y"),
    ]


def test_an_item_that_is_no_option_is_passed_over() -> None:
    assert not list(vllm.given(["model", "8000"]))


@pytest.mark.parametrize(
    ("name", "version", "standing"),
    [
        ("max_model_len", "0.4.3", "known"),
        ("max_model_len", "0.33.0", "known"),
        ("swap_space", "0.16.0", "known"),
        ("swap_space", "0.20.2", "gone"),
        ("disable_log_requests", "0.8.5", "known"),
        ("disable_log_requests", "0.9.2", "known"),
        ("disable_log_requests", "0.10.2", "gone"),
        ("calculate_kv_scales", "0.26.0", "known"),
        ("calculate_kv_scales", "0.27.1", "known"),
        ("calculate_kv_scales", "0.29.0", "gone"),
        ("kv_offloading_size", "0.10.2", "later"),
        ("kv_offloading_size", "0.11.0", "known"),
        ("kv_offloading_size", "0.12.0", "known"),
        ("api_key", "0.33.0", "unknown"),
        ("nonsense", "0.33.0", "unknown"),
    ],
)
def test_fields_by_version(name: str, version: str, standing: str) -> None:
    assert vllm.standing(name, version, command_line=False)[0] == standing


@pytest.mark.parametrize(
    ("name", "version", "standing"),
    [
        ("api_key", "0.33.0", "known"),
        ("api_key", "0.20.2", "known"),
        ("reasoning_effort_map", "0.32.0", "later"),
        ("reasoning_effort_map", "0.33.0", "known"),
        ("disable_log_requests", "0.16.0", "known"),
        ("disable_log_requests", "0.18.0", "gone"),
        ("disable_log_requests", "0.32.0", "gone"),
        ("disable_log_requests", "0.33.0", "known"),
        ("task", "0.12.0", "known"),
        ("task", "0.13.0", "gone"),
        ("disable_frontend_multiprocessing", "0.33.0", "gone"),
        ("max_log_len", "0.33.0", "known"),
        ("mamba_config", "0.33.0", "unknown"),
    ],
)
def test_the_command_line_by_version(name: str, version: str, standing: str) -> None:
    assert vllm.standing(name, version, command_line=True)[0] == standing


def test_the_last_version_that_was_seen_to_know_it() -> None:
    assert vllm.standing("swap_space", "0.33.0", command_line=True) == ("gone", "0.16.0")


@pytest.mark.parametrize(
    ("written", "numbers"),
    [
        ("0.33.0", (0, 33, 0)),
        ("v0.33.0", (0, 33, 0)),
        ("0.22.1+7b9cb5b7.nv26.6", (0, 22, 1)),
        ("0.6.6.post1", (0, 6, 6)),
        ("0.13", (0, 13)),
    ],
)
def test_versions_compare(written: str, numbers: tuple[int, ...]) -> None:
    assert vllm.release(written) == numbers


def test_choices_only_of_versions_that_were_looked_into() -> None:
    assert "fp8_e5m2" in vllm.field_choices("kv_cache_dtype", "0.33.0")
    assert not vllm.field_choices("kv_cache_dtype", "0.22.1")
    assert not vllm.field_choices("load_format", "0.33.0")


@pytest.mark.parametrize(
    ("name", "kind"), [("block_size", "int"), ("enable_lora", "bool"), ("hf_overrides", "")]
)
def test_types(name: str, kind: str) -> None:
    assert vllm.field_type(name) == kind


def test_names_that_are_gone_are_not_among_those_of_the_last_version() -> None:
    last = vllm_arguments.SAMPLED.split()[-1]
    alive = {name for name in ARGUMENTS if vllm.standing(name, last, command_line=False)[0] == "known"}
    assert not alive


def test_every_derived_argument_is_one_of_the_last_version() -> None:
    last = vllm_arguments.SAMPLED.split()[-1]
    for name in (*HOMES, *ELSEWHERE):
        assert vllm.standing(name, last, command_line=True)[0] == "known", name
