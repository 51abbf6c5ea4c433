# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service as a revision remembers it is the service as it was planned."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read
from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan
from ansible_collections.inferops.serving.plugins.module_utils._served import memory, planned, remembered
from ansible_collections.inferops.serving.plugins.module_utils._sets.services import service_set

MODELS = [
    {
        "name": "llama",
        "source": "example/llama",
        "size_class": "medium",
        "served_names": ["Meta-Llama-3.1-8B-Instruct"],
        "adapters": [{"name": "sql", "source": "example/sql", "rank": 8}],
    }
]
SECRETS = [
    {"name": "demo-auth", "kind": "basic-auth", "username": "demo", "password": "hidden"},
    {"name": "key", "kind": "api-key", "existing": "key-of-chat"},
]
ENTRY = {"name": "chat", "namespace": "rag", "model": "llama", "engine": "vllm"}
ISTIO = {"type": "istio", "host": "llm.example", "gateway": "istio-system/shared", "tls": {}}
LOGIN = {"expose": {**ISTIO, "auth": {"basic": "demo-auth"}}}
KEY = {"expose": {"auth": {"api_key": "key"}}}


def plan_of(entry: dict[str, Any]) -> ServicePlan:
    found = read({"llm_models": MODELS, "llm_secrets": SECRETS, "llm_serving": [{**ENTRY, **entry}]})
    assert not found.errors, found.errors
    return found.plans[0]


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"lora": {"enabled": True, "max_rank": 8}},
        {"platform": "kserve", "expose": {"type": "loadbalancer"}},
        LOGIN,
        KEY,
    ],
)
def test_what_is_remembered_is_what_was_planned(entry: dict[str, Any]) -> None:
    made = plan_of(entry)
    served = planned(made)
    kept = json.loads(json.dumps(memory(served)))
    assert remembered("chat", "rag", kept, service_set(made).objects) == served


def test_of_credentials_the_names_are_remembered() -> None:
    login, key = (memory(planned(plan_of(entry))) for entry in (LOGIN, KEY))
    assert login["login"] == "demo-auth"
    assert key["api_key"] == {"secret": "key-of-chat", "key": "api-key"}
    assert "hidden" not in json.dumps(login)
