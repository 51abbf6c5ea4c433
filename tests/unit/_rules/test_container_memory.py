# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._rules.asking import found, paths


def limited(limit: str, **entry: Any) -> dict[str, Any]:
    return {"resources": {"memory": {"limit": limit}}, **entry}


@pytest.mark.req("S0-30", "S2-18")
def test_memory_holds_the_shared_memory() -> None:
    (problem,) = found("V-11", limited("32Gi", shm_size="30Gi"))
    assert problem.path == "llm_serving[a].resources.memory.limit"
    assert problem.message == "32Gi is below shm_size 30Gi + engine base 8Gi."
    assert "38Gi" in problem.hint
    assert not found("V-11", limited("64Gi", shm_size="30Gi"))


def test_memory_holds_the_offloaded_cache_in_decimal_gigabytes() -> None:
    entry = limited("32Gi", shm_size="30Gi", kv_offload={"dram_gb": 32})
    (problem,) = found("V-11", entry)
    assert problem.message == "32Gi is below shm_size 30Gi + dram_gb 32 (29.8Gi) + engine base 8Gi."
    assert "68Gi" in problem.hint
    assert not found("V-11", limited("96Gi", shm_size="16Gi", kv_offload={"dram_gb": 32}))


@pytest.mark.req("S0-30")
def test_less_than_twice_the_shared_memory_is_a_warning() -> None:
    (problem,) = found("V-11", limited("50Gi", shm_size="30Gi"))
    assert problem.severity == "warning"


@pytest.mark.parametrize("name", ["cpu", "memory", "ephemeral"])
def test_requests_are_not_above_limits(name: str) -> None:
    amount = {"request": "40Gi", "limit": "39Gi"} if name != "cpu" else {"request": "4", "limit": "500m"}
    assert paths(found("V-11", {"resources": {name: amount}})) == [f"llm_serving[a].resources.{name}.request"]


def test_the_defaults_fit() -> None:
    for size in ("2Gi", "16Gi", "64Gi"):
        assert not found("V-11", {"shm_size": size, "kv_offload": {"dram_gb": 32}})


@pytest.mark.parametrize("size", ["small", "medium", "large"])
def test_the_engine_base_grows_with_the_size_class(size: str) -> None:
    problems = found("V-11", limited("10Gi", shm_size="1Gi"), model={"size_class": size})
    assert bool(problems) is (size == "large")
