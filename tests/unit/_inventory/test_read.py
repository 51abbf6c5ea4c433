# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From variables to checked records and plans in one call."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils import _rules
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read

GOOD: dict[str, Any] = {
    "llm_models": [{"name": "gpt2", "source": "openai-community/gpt2"}],
    "llm_serving": [{"name": "chat", "model": "gpt2", "engine": "vllm"}],
}

BAD: dict[str, Any] = {
    "llm_cluster": {"flavour": "openshift"},
    "llm_secrets": [{"name": "ngc", "kind": "registry"}],
    "llm_stores": [{"name": "s3", "kind": "s3"}],
    "llm_models": [{"name": "m", "source": "org/m", "gated": True}],
    "llm_serving": [
        {
            "name": "8B_Chat",
            "model": "m",
            "engine": "vllm",
            "platform": "kserve",
            "topology": {"tensor": 2},
            "gpu": {
                "mode": "visible-devices",
                "visible_devices": [0, 0],
                "product": "Tesla-T4",
                "memory": "3Gi",
            },
            "engine_args": {
                "gpu_memory_utilization": 2,
                "max_model_length": 1,
                "kv_cache_dtype": "fp8",
                "extra": ["--tensor-parallel-size=1", "--swap-space=1"],
            },
            "resources": {"memory": {"limit": "2Gi"}},
            "scaling": {"min": 0, "metric": "rps"},
            "expose": {"type": "none", "port": 8000, "node_port": 1},
            "kv_offload": {"enabled": False, "dram_gb": 1},
            "lora": {"enabled": True, "max_rank": 24},
        }
    ],
}


def test_a_good_inventory_has_no_problems() -> None:
    found = read(GOOD)
    assert not found.problems
    assert [plan.name for plan in found.plans] == ["chat"]


def test_a_bad_one_is_told_everything_at_once() -> None:
    codes = {problem.code for problem in read(BAD).errors}
    assert codes >= {
        f"V-{number:02}" for number in (1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 18, 19, 20, 21, 22)
    }


def test_every_problem_says_where_what_and_what_instead() -> None:
    for problem in read(BAD).problems:
        assert problem.path
        assert problem.message
        assert str(problem).startswith(f"{problem.code} {problem.path}: ")
        assert problem.severity == "warning" or problem.hint, problem


def test_problems_are_the_same_every_time() -> None:
    assert read(BAD).problems == read(BAD).problems


def test_warnings_do_not_forbid() -> None:
    services = [{**GOOD["llm_serving"][0], "topology": {"tensor": 3}, "model": "m"}]
    found = read({"llm_models": [{"name": "m", "source": "org/m"}], "llm_serving": services})
    assert not found.errors
    assert [problem.code for problem in found.warnings] == ["V-04"]


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"llm_serving": None},
        {"llm_serving": "{{ oops }}"},
        {"llm_cluster": [], "llm_models": {}, "llm_serving": [None, 1, [], {"name": 1}]},
        {"llm_serving": [{"name": "a", "model": "b", "engine": "c"}]},
        {"llm_serving": [{"name": "", "model": "", "engine": "vllm"}]},
        {
            "llm_models": [{"name": "m", "source": ""}],
            "llm_serving": [{"name": "a", "model": "m", "engine": "vllm"}],
        },
    ],
)
def test_nothing_is_raised_for_a_wrong_inventory(variables: dict[str, Any]) -> None:
    read(variables, environ={})


def test_the_inventory_is_not_changed() -> None:
    before = repr(BAD)
    read(BAD, environ={})
    assert repr(BAD) == before


def test_rules_are_listed_in_the_order_of_their_codes() -> None:
    codes = [code for code, _ in _rules.RULES]
    assert codes == sorted(codes)
    assert len({check for _, check in _rules.RULES}) == len(codes)
