# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies are counted and left out in objects alone, with what the plan of so many copies gives."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects
from ansible_collections.inferops.serving.plugins.module_utils._platforms.counting import (
    counting,
    number,
    with_number,
)

from tests.unit._plan.inventory import planned

GANG = {"tensor": 2, "pods": "per-gpu", "placement": {"gang": "serial"}}
LWS = {"platform": "lws"}
DEPLOYMENTS = {"engine": "triton-trtllm", "platform": "leader-workers"}
PRODUCTS = {**DEPLOYMENTS, "gpu": {"product": ["NVIDIA-A10G", "NVIDIA-L4"]}}


def objects(copies: int, **entry: Any) -> list[dict[str, Any]]:
    return service_objects(planned(topology=GANG, scaling={"min": copies}, **entry))


@pytest.mark.parametrize("entry", [LWS, DEPLOYMENTS, PRODUCTS])
@pytest.mark.parametrize("copies", [1, 2, 3])
def test_fewer_copies_are_those_of_a_plan_with_so_many(entry: dict[str, Any], copies: int) -> None:
    made = objects(3, **entry)
    assert number(made, counting(made)) == 3
    assert with_number(made, copies) == objects(copies, **entry)


@pytest.mark.parametrize("entry", [LWS, DEPLOYMENTS, PRODUCTS])
def test_without_copies_nothing_runs_and_nothing_prepares(entry: dict[str, Any]) -> None:
    made = with_number(objects(2, **entry), 0)
    assert number(made, counting(made)) == 0
    pods = [obj for obj in made if obj["kind"] in ("Deployment", "LeaderWorkerSet", "Job")]
    assert [obj["spec"]["replicas"] for obj in pods] == [0] * len(pods)


def test_copies_that_are_not_there_are_not_counted() -> None:
    made = objects(3, **PRODUCTS)
    first, second, *_others = counting(made)
    assert number(made, [first, second, None, None, None, None]) == 1
