# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._rules.asking import found


def pinned(name: str, utilization: float, **entry: Any) -> dict[str, Any]:
    gpu = {"mode": "visible-devices", "visible_devices": [0], "acknowledge_unaccounted_gpu": True}
    return {"name": name, "gpu": gpu, "engine_args": {"gpu_memory_utilization": utilization}} | entry


@pytest.mark.req("S0-23")
def test_taking_gpus_past_the_scheduler_is_acknowledged() -> None:
    assert not found("V-06", pinned("a", 0.5))
    (problem,) = found("V-06", {"gpu": {"mode": "visible-devices", "visible_devices": [0]}})
    assert problem.path == "llm_serving[a].gpu"
    assert "acknowledge_unaccounted_gpu: true" in problem.hint


@pytest.mark.req("S0-26", "S4-04")
def test_the_shares_of_one_device_fit_into_it() -> None:
    assert not found("V-06", pinned("a", 0.5), pinned("b", 0.4))
    (problem,) = found("V-06", pinned("a", 0.5), pinned("b", 0.6))
    assert problem.path == "device 0"
    assert "adds up to 1.1 (a 0.5, b 0.6)" in problem.message


@pytest.mark.req("S0-26")
def test_every_copy_on_a_pinned_device_counts() -> None:
    scaling = {"min": 1, "max": 2, "metric": "cpu", "target": 80}
    assert found("V-06", pinned("a", 0.6, scaling=scaling))
    assert not found("V-06", pinned("a", 0.5, scaling=scaling))


def test_the_default_share_counts_where_none_is_written() -> None:
    assert found("V-06", pinned("a", 0.2), pinned("b", 0.5, engine_args={}))


def test_the_same_index_on_other_nodes_is_another_device() -> None:
    a, b = pinned("a", 0.9, node_selector={"host": "one"}), pinned("b", 0.9, node_selector={"host": "two"})
    assert not found("V-06", a, b)


def test_a_removed_service_takes_no_share() -> None:
    assert not found("V-06", pinned("a", 0.9), pinned("b", 0.9, state="absent"))
