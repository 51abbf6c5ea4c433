# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects
from ansible_collections.inferops.serving.plugins.module_utils._plan import plan

from tests.unit._plan.inventory import SECRETS, fleet

AUTH = {"name": "demo-auth", "kind": "basic-auth", "username": "demo", "password": "hidden"}


def way_in(**expose: Any) -> list[dict[str, Any]]:
    entry = {
        "name": "chat",
        "model": "llama",
        "engine": "vllm",
        "expose": {"type": "traefik", "host": "llm.example", **expose},
    }
    (chat,) = plan(fleet([entry], secrets=[*SECRETS, AUTH]))
    return [each for each in service_objects(chat) if each["apiVersion"].startswith("traefik.io/")]


@pytest.mark.req("S4-36")
def test_the_rule_always_names_the_host() -> None:
    (made,) = way_in()
    (route,) = made["spec"]["routes"]
    assert route["match"] == "Host(`llm.example`)"
    assert route["services"] == [{"kind": "Service", "name": "chat", "port": 8000, "weight": 100}]
    assert made["spec"]["entryPoints"] == ["web"]


@pytest.mark.req("S4-36")
def test_a_prefix_is_no_beginning_of_a_longer_name() -> None:
    prefix, made = way_in(path="/team/chat")
    (route,) = made["spec"]["routes"]
    assert route["match"] == "Host(`llm.example`) && (Path(`/team/chat`) || PathPrefix(`/team/chat/`))"
    assert prefix["spec"] == {"stripPrefix": {"prefixes": ["/team/chat"]}}
    assert route["middlewares"] == [{"name": prefix["metadata"]["name"]}]


@pytest.mark.req("S4-39")
def test_the_password_is_asked_first_and_goes_no_further() -> None:
    auth, prefix, made = way_in(path="/team", tls={}, auth={"basic": "demo-auth"})
    assert auth["spec"] == {"basicAuth": {"secret": "demo-auth", "removeHeader": True}}
    names = [each["name"] for each in made["spec"]["routes"][0]["middlewares"]]
    assert names == [auth["metadata"]["name"], prefix["metadata"]["name"]]


def test_tls() -> None:
    (made,) = way_in(tls={})
    assert (made["spec"]["entryPoints"], made["spec"]["tls"]) == (["websecure"], {})
    (made,) = way_in(tls={"secret": "llm-tls"})
    assert made["spec"]["tls"] == {"secretName": "llm-tls"}


@pytest.mark.req("S4-37")
def test_access_logs() -> None:
    (quiet,) = way_in()
    assert "observability" not in quiet["spec"]["routes"][0]
    (made,) = way_in(access_log=True)
    assert made["spec"]["routes"][0]["observability"] == {"accessLogs": True}
