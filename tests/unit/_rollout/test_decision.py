# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read
from ansible_collections.inferops.serving.plugins.module_utils._rollout.decision import (
    ABORTED,
    PROMOTED,
    Undecidable,
    decided,
    decisions,
)

PLAIN = {"name": "code", "model": "m", "engine": "vllm"}
ENTRY = {
    "name": "chat",
    "model": "m",
    "engine": "vllm",
    "env": {"A": "1"},
    "expose": {"type": "istio", "host": "llm.example"},
    "rollout": {
        "strategy": "recreate",
        "canary": {
            "weight": 20,
            "overrides": {"image": "docker.io/vllm/vllm-openai:v0.32.0", "env": {"B": "2"}},
        },
    },
}


def entries(*, takes_over: bool, word: str) -> list[Any]:
    (decision,) = decisions([PLAIN, ENTRY], ["chat"], word)
    return list(decision.on_the_way(takes_over=takes_over))


def canary(entry: Any) -> Any:
    return entry["rollout"]["canary"]


@pytest.mark.req("S4-35")
def test_a_promoted_canary_is_merged_into_the_entry_and_gone() -> None:
    (decision,) = decisions([PLAIN, ENTRY], ["chat"], PROMOTED)
    after = decision.after
    assert after["image"] == "docker.io/vllm/vllm-openai:v0.32.0"
    assert after["env"] == {"A": "1", "B": "2"}
    assert after["rollout"] == {"strategy": "recreate"}
    assert decision.change == {
        "name": "chat",
        "remove": ["rollout.canary"],
        "write": ENTRY["rollout"]["canary"]["overrides"],  # type: ignore[index]
    }


@pytest.mark.req("S4-35")
def test_the_service_becomes_exactly_what_its_canary_was() -> None:
    def variables(entry: Any) -> dict[str, Any]:
        return {"llm_models": [{"name": "m", "source": "org/m"}], "llm_serving": [entry]}

    (decision,) = decisions([ENTRY], ["chat"], PROMOTED)
    (before,), (after,) = read(variables(ENTRY)).plans, read(variables(decision.after)).plans
    assert before.canary is not None
    assert after.workload.main.image == before.canary.workload.main.image
    assert after.workload.main.env == before.canary.workload.main.env


@pytest.mark.req("S4-35")
def test_an_aborted_canary_leaves_the_entry_without_it() -> None:
    (decision,) = decisions([PLAIN, ENTRY], ["chat"], ABORTED)
    assert decision.after == {**ENTRY, "rollout": {"strategy": "recreate"}}
    assert decision.change["write"] == {}
    assert [canary(each)["weight"] for each in entries(takes_over=True, word=ABORTED)] == [0]


def test_a_canary_that_can_serve_everybody_does_while_the_service_is_replaced() -> None:
    alone, both = entries(takes_over=True, word=PROMOTED)
    assert (canary(alone)["weight"], alone["env"]) == (100, {"A": "1"})
    assert (canary(both)["weight"], both["env"]) == (100, {"A": "1", "B": "2"})
    assert canary(both)["overrides"] == {}, "service and canary are the same now"


def test_a_smaller_canary_keeps_its_share() -> None:
    (both,) = entries(takes_over=False, word=PROMOTED)
    assert canary(both)["weight"] == 20


def test_the_other_entries_stay_as_they_are() -> None:
    made = decisions([PLAIN, ENTRY], ["chat"], ABORTED)
    assert decided([PLAIN, ENTRY], made)[0] is PLAIN


def test_without_a_canary_there_is_nothing_to_decide() -> None:
    with pytest.raises(Undecidable, match=r"llm_serving\[code\]\.rollout\.canary: there is none"):
        decisions([PLAIN, ENTRY], ["code"], PROMOTED)
