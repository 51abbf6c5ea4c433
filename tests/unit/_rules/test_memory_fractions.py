# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.unit._rules.asking import found, paths

HAMI = {"gpu_resources": "hami"}


@pytest.mark.req("S2-08")
@pytest.mark.parametrize("fraction", [0.01, 0.5, 0.9, 1, 1.0])
def test_fractions_in_range(fraction: float) -> None:
    assert not found("V-07", {"engine_args": {"gpu_memory_utilization": fraction}})


@pytest.mark.req("S2-08")
@pytest.mark.parametrize("fraction", [0, -0.1, 1.01, 90])
def test_fractions_out_of_range(fraction: float) -> None:
    (problem,) = found("V-07", {"engine_args": {"gpu_memory_utilization": fraction}})
    assert problem.message == f"{fraction:g} is not in (0, 1]."


@pytest.mark.parametrize(("percent", "legal"), [(1, True), (80, True), (100, True), (0, False), (101, False)])
def test_percent_of_a_shared_gpu(percent: int, legal: bool) -> None:
    problems = found("V-07", {"gpu": {"mode": "vgpu", "memory_percent": percent}}, cluster=HAMI)
    assert (not problems) is legal


def test_percent_and_amount_exclude_each_other() -> None:
    entry = {"gpu": {"mode": "vgpu", "memory_percent": 80, "memory": "20Gi"}}
    (problem,) = found("V-07", entry, cluster=HAMI)
    assert problem.message == "memory_percent and memory exclude each other."


def test_shares_only_of_shared_gpus() -> None:
    assert paths(found("V-07", {"gpu": {"memory_percent": 80}})) == ["llm_serving[a].gpu.memory_percent"]


def test_shares_need_a_resource_that_counts_them() -> None:
    entry = {"gpu": {"mode": "vgpu", "memory": "20Gi"}}
    assert "hami" in found("V-07", entry)[0].hint
    assert not found("V-07", entry, cluster={"gpu_resources": {"memory": "example.com/gpumem"}})
