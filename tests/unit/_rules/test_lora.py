# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._rules.asking import found, paths

ADAPTERS = {"adapters": [{"name": "sql", "source": "lora/sql", "rank": 16}]}


def lora(**given: Any) -> dict[str, Any]:
    return {"lora": {"enabled": True, **given}}


@pytest.mark.parametrize("rank", [16, 32, 64, 128, 256, 320, 512])
def test_ranks_that_vllm_takes_and_the_adapter_fits_into(rank: int) -> None:
    assert not found("V-15", lora(max_rank=rank), model=ADAPTERS)


def test_a_rank_that_vllm_does_not_take() -> None:
    (problem,) = found("V-15", lora(max_rank=24), model=ADAPTERS)
    assert problem.path == "llm_serving[a].lora.max_rank"
    assert problem.message == "24 is not one of 1, 8, 16, 32, 64, 128, 256, 320, 512."
    assert "16 or more" in problem.hint


def test_a_rank_below_the_adapters() -> None:
    (problem,) = found("V-15", lora(max_rank=8), model=ADAPTERS)
    assert "adapter sql needs at least 16" in problem.message


@pytest.mark.req("S0-06")
def test_lora_needs_adapters_and_a_rank() -> None:
    assert paths(found("V-15", lora())) == ["llm_serving[a].lora.enabled", "llm_serving[a].lora.max_rank"]


def test_a_rank_without_lora_has_no_effect() -> None:
    assert paths(found("V-15", {"lora": {"max_rank": 16}})) == ["llm_serving[a].lora.max_rank"]


def test_a_model_with_adapters_may_be_served_without() -> None:
    assert not found("V-15", model=ADAPTERS)


@pytest.mark.parametrize("name", ["m", "served"])
def test_an_adapter_is_not_called_as_the_model(name: str) -> None:
    model = {"served_names": ["served"], "adapters": [{"name": name, "source": "x"}]}
    assert paths(found("V-15", model=model)) == [f"llm_models[m].adapters[{name}].name"]


def test_adapters_have_different_names() -> None:
    twice = [{"name": "sql", "source": "x"}, {"name": "sql", "source": "y"}]
    assert "there twice" in found("V-15", model={"adapters": twice})[0].message


@pytest.mark.parametrize("places", [{}, {"path": "/mnt/models/x", "source": "x"}])
def test_an_adapter_is_in_one_place(places: dict[str, str]) -> None:
    assert "exactly one" in found("V-15", model={"adapters": [{"name": "sql", **places}]})[0].message
