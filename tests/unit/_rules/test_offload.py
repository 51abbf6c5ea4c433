# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.unit._rules.asking import found


def test_offloading_with_a_size() -> None:
    assert not found("V-14", {"kv_offload": {"dram_gb": 32}})
    assert not found("V-14", {"kv_offload": {"enabled": False}})


def test_a_size_without_offloading() -> None:
    (problem,) = found("V-14", {"kv_offload": {"enabled": False, "dram_gb": 32}})
    assert problem.path == "llm_serving[a].kv_offload.dram_gb"


@pytest.mark.parametrize(("version", "legal"), [("0.12.0", True), ("0.33.0", True), ("0.10.2", False)])
def test_only_versions_that_offload(version: str, legal: bool) -> None:
    problems = found("V-14", {"image": f"vllm/vllm-openai:v{version}", "kv_offload": {"dram_gb": 32}})
    assert (not problems) is legal
