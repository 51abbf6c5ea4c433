# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that entries have, and names by which they refer to each other."""

from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._fleet import load

MODEL = {"name": "m", "source": "org/m"}
SERVICE = {"name": "a", "model": "m", "engine": "vllm"}


def test_each_kind_of_entry_is_found_by_its_name() -> None:
    fleet, problems = load(
        {
            "llm_secrets": [{"name": "t", "kind": "hf-token", "value": "x"}],
            "llm_stores": [{"name": "hub", "kind": "hf", "secret": "t"}],
            "llm_models": [MODEL | {"store": "hub"}],
            "llm_serving": [SERVICE],
        }
    )
    assert not problems
    assert fleet.stores[str(fleet.models[fleet.services[0].model].store)].secret == "t"


@pytest.mark.parametrize("variable", ["llm_secrets", "llm_stores", "llm_models", "llm_serving"])
def test_a_name_is_used_once(variable: str) -> None:
    entries = {
        "llm_secrets": {"name": "x", "kind": "hf-token", "value": "x"},
        "llm_stores": {"name": "x", "kind": "hf"},
        "llm_models": {"name": "x", "source": "x"},
        "llm_serving": {"name": "x", "model": "m", "engine": "vllm"},
    }
    variables = {"llm_models": [MODEL]}
    variables[variable] = [*variables.get(variable, []), entries[variable], entries[variable]]
    _, problems = load(variables)
    assert [(problem.code, problem.path) for problem in problems] == [("V-20", f"{variable}[x].name")]


def test_a_name_is_told_to_be_used_twice_where_one_of_the_entries_is_wrong() -> None:
    good = {"name": "x", "model": "m", "engine": "vllm"}
    _, problems = load({"llm_models": [{"name": "m", "source": "s"}], "llm_serving": [good, {"name": "x"}]})
    assert ("V-20", "llm_serving[x].name") in [(problem.code, problem.path) for problem in problems]


@pytest.mark.parametrize(
    ("variables", "path"),
    [
        ({"llm_serving": [SERVICE | {"model": "n"}]}, "llm_serving[a].model"),
        ({"llm_serving": [SERVICE | {"cache": {"store": "n"}}]}, "llm_serving[a].cache.store"),
        ({"llm_serving": [SERVICE | {"pull_secrets": ["n"]}]}, "llm_serving[a].pull_secrets[0]"),
        ({"llm_models": [MODEL | {"store": "n"}]}, "llm_models[m].store"),
        ({"llm_stores": [{"name": "s", "kind": "hf", "secret": "n"}]}, "llm_stores[s].secret"),
        ({"llm_cluster": {"registry": {"pull_secret": "n"}}}, "llm_cluster.registry.pull_secret"),
    ],
)
def test_a_reference_to_nothing(variables: dict[str, object], path: str) -> None:
    _, problems = load({"llm_models": [MODEL]} | variables)
    assert [(problem.code, problem.path) for problem in problems] == [("V-20", path)]


def test_a_misspelt_reference_is_told_the_nearest_name() -> None:
    _, problems = load(
        {"llm_models": [{"name": "llama-8b", "source": "x"}], "llm_serving": [SERVICE | {"model": "lama-8b"}]}
    )
    assert problems[0].hint == "Did you mean llama-8b?"


def test_a_service_without_its_model_is_still_read() -> None:
    fleet, _ = load({"llm_serving": [SERVICE]})
    assert fleet.models[fleet.services[0].model].source == "m"
