# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of the scenario chart from an entry, as the way back of the import. What helm makes of them:
tests/engines/helm."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._import import import_values
from ansible_collections.inferops.serving.plugins.module_utils._import.triton_chart_values import (
    NotForThisChart,
    chart_values,
)

from tests.unit._import import samples

SCENARIOS = {
    "plain": (samples.TRITON_CHART, {"user": "demo"}),
    "scaled": (samples.triton_scaled(), {}),
    "with a canary": (samples.triton_canary(), {}),
}


def imported(values: Any, **given: Any) -> dict[str, Any]:
    found = import_values(
        values, namespace="demo", name="gpt2", model={"source": "openai-community/gpt2"}, **given
    )
    return {key: value for key, value in found.items() if key != "notes"}


@pytest.mark.req("S4-32")
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_an_entry_as_values_and_back_is_the_same_entry(scenario: str) -> None:
    values, given = SCENARIOS[scenario]
    entry = imported(values, **given)
    made = chart_values(entry, "gpt2")
    assert imported(dict(made.values), **given) == entry
    assert made.left_out == ("expose.path",), "the chart has a path of its own"


def test_keys_without_a_place_are_told() -> None:
    entry = imported(samples.TRITON_CHART, user="demo", service={"resources": {"cpu": {"request": "2"}}})
    assert "resources.cpu.request" in chart_values(entry, "gpt2").left_out


def test_a_canary_keeps_its_share_and_its_own_values() -> None:
    values = chart_values(imported(samples.triton_canary()), "gpt2").values
    assert values["istio"]["virtualservice"] == {"primaryWeight": 80, "canaryWeight": 20}
    assert values["canary"]["nodeSelector"] == {"demo": "canary"}


@pytest.mark.parametrize(
    ("name", "engine", "words"),
    [("gtp2", "triton-vllm", "is no service"), ("gpt2", "vllm", "runs engine triton-vllm")],
)
def test_what_the_chart_cannot_run_is_refused(name: str, engine: str, words: str) -> None:
    variables = {
        "llm_models": [{"name": "m", "source": "org/m"}],
        "llm_serving": [{"name": "gpt2", "model": "m", "engine": engine}],
    }
    with pytest.raises(NotForThisChart, match=words):
        chart_values(variables, name)


def test_a_wrong_inventory_is_told_and_not_translated() -> None:
    with pytest.raises(NotForThisChart, match="V-20"):
        chart_values({"llm_serving": [{"name": "a", "model": "none", "engine": "triton-vllm"}]}, "a")
