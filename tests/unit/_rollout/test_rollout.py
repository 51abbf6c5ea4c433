# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import (
    Action,
    Outcome,
    specification_hash,
)
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read
from ansible_collections.inferops.serving.plugins.module_utils._rollout.verdict import overall
from ansible_collections.inferops.serving.plugins.module_utils._sets.services import service_set

VARIABLES: dict[str, Any] = {
    "llm_models": [{"name": "m", "source": "facebook/opt-125m"}],
    "llm_serving": [
        {"name": "chat", "model": "m", "engine": "vllm"},
        {"name": "code", "model": "m", "engine": "vllm", "recreate": True},
    ],
}
FLEET = read(VARIABLES).fleet


def outcome(*actions: str) -> Outcome:
    made = Outcome(name="inferops-service-chat", namespace="default")
    for action in actions:
        made.record(Action(api_version="v1", kind="Service", namespace="default", name="chat", action=action))
    return made


@pytest.mark.parametrize(
    ("actions", "state", "check_mode", "word"),
    [
        (["created", "created"], "present", False, "created"),
        (["created", "unchanged"], "present", False, "configured"),
        (["configured"], "present", False, "configured"),
        (["unchanged", "pruned"], "present", False, "configured"),
        (["unchanged"], "present", False, "unchanged"),
        (["deleted", "deleted"], "absent", False, "deleted"),
        (["would-create"], "present", True, "would-create"),
        (["would-delete"], "absent", True, "would-delete"),
    ],
)
def test_one_word_for_all_that_happened(actions: list[str], state: str, check_mode: bool, word: str) -> None:
    assert overall(outcome(*actions), state=state, check_mode=check_mode) == word


@pytest.mark.req("XC-08")
def test_each_service_is_a_set_of_its_own_and_recreates_only_what_its_entry_says() -> None:
    chat, code = (service_set(plan) for plan in read(VARIABLES).plans)
    assert (chat.name, code.name) == ("inferops-service-chat", "inferops-service-code")
    assert not chat.recreate
    assert code.recreate == {obj["kind"] for obj in code.objects}


def test_the_specification_hash_follows_the_objects_but_gives_no_secret_away() -> None:
    def hashed(kind: str = "Service", **keys: Any) -> str:
        return specification_hash([{"apiVersion": "v1", "kind": kind, "metadata": {"name": "a"}, **keys}])

    assert hashed(spec={"port": 1}) == hashed(spec={"port": 1}) != hashed(spec={"port": 2})
    assert hashed("Secret", data={"a": "MQ=="}) == hashed("Secret", data={"a": "Mg=="})
    assert hashed("Secret", data={"a": "MQ=="}) != hashed("Secret", data={"b": "MQ=="})
