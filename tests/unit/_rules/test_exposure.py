# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._rules.asking import found, paths


def test_a_port_needs_a_service() -> None:
    assert found("V-22", {"expose": {"type": "none", "port": 8000}})
    assert not found("V-22", {"expose": {"type": "cluster", "port": 8000}})
    assert not found("V-22", {"expose": {"type": "none"}})


AUTH = {"name": "demo-auth", "kind": "basic-auth", "username": "demo", "password": "hidden"}
KEY = {"name": "key", "kind": "api-key", "value": "hidden"}
SHARED = {"gateway": "istio-system/shared", "host": "llm.example"}


def complaints(expose: dict[str, Any], **service: Any) -> list[str]:
    """Paths inside the service, of what V-22 finds."""
    problems = found("V-22", {"expose": expose, **service}, secrets=[AUTH, KEY])
    return [path.removeprefix("llm_serving[a].") for path in paths(problems)]


@pytest.mark.req("S4-22")
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("host", "llm.example"),
        ("path", "/a"),
        ("tls", {}),
        ("gateway", "istio-system/shared"),
        ("access_log", True),
    ],
)
def test_what_has_no_effect_is_refused(key: str, value: Any) -> None:
    assert complaints({"type": "cluster", key: value}) == [f"expose.{key}"]
    assert (
        complaints({"type": "istio", "host": "llm.example", "gateway": "istio-system/shared", key: value})
        == []
    )


@pytest.mark.req("S4-40")
def test_no_password_travels_without_tls() -> None:
    expose = {"type": "istio", **SHARED, "auth": {"basic": "demo-auth"}}
    (problem,) = found("V-22", {"expose": expose}, secrets=[AUTH])
    assert problem.path == "llm_serving[a].expose.auth.basic"
    assert "allow_plaintext_auth: true" in problem.hint
    assert complaints(expose, allow_plaintext_auth=True) == []
    assert complaints({**expose, "tls": {}}) == []


def test_no_key_travels_without_tls() -> None:
    expose = {"type": "traefik", "host": "llm.example", "auth": {"api_key": "key"}}
    assert complaints(expose) == ["expose.auth.api_key"]
    assert complaints({**expose, "tls": {}}) == []
    assert complaints({"type": "cluster", "auth": {"api_key": "key"}}) == []


@pytest.mark.parametrize("kind", ["none", "cluster", "nodeport", "loadbalancer", "route"])
def test_somebody_must_ask_for_the_password(kind: str) -> None:
    assert "expose.auth.basic" in complaints({"type": kind, "auth": {"basic": "demo-auth"}})


def test_an_engine_must_know_keys() -> None:
    expose = {"auth": {"api_key": "key"}}
    assert complaints(expose, engine="simulator") == ["expose.auth.api_key"]
    assert complaints(expose, engine="vllm") == []


def test_there_is_one_header_for_both() -> None:
    auth = {"basic": "demo-auth", "api_key": "key"}
    assert "expose.auth" in complaints({"type": "istio", **SHARED, "tls": {}, "auth": auth})


def test_istio_cannot_read_a_secret_that_is_there() -> None:
    expose = {"type": "istio", **SHARED, "tls": {}, "auth": {"basic": "there"}}
    there = {"name": "there", "kind": "basic-auth", "existing": "there"}
    assert found("V-22", {"expose": expose}, secrets=[there])
    assert not found("V-22", {"expose": {**expose, "type": "gateway-api"}}, secrets=[there])


@pytest.mark.parametrize(
    "host", ["https://llm.example", "LLM.example", "llm.example:443", "llm", "a b.example"]
)
def test_a_host_is_a_name(host: str) -> None:
    assert complaints({"type": "route", "host": host}) == ["expose.host"]


@pytest.mark.parametrize("host", ["llm.example", "*.apps.example", "8b.llm.example"])
def test_hosts(host: str) -> None:
    assert complaints({"type": "route", "host": host}) == []


@pytest.mark.parametrize("path", ["chat", "/a b", "/a`)", "/a//b", "https://x/a"])
def test_a_path_is_a_path(path: str) -> None:
    assert complaints({"type": "route", "path": path}) == ["expose.path"]


def test_traefik_needs_a_host() -> None:
    assert complaints({"type": "traefik", "path": "/a"}) == ["expose.host"]


def test_a_gateway_of_the_service_needs_a_class_and_a_certificate() -> None:
    expose = {"type": "gateway-api", "host": "llm.example", "tls": {}}
    assert complaints(expose) == ["expose.tls.secret", "expose.gateway"]
    cluster = {"components": {"gateway": {"class_name": "eg"}}}
    assert not found("V-22", {"expose": {**expose, "tls": {"secret": "llm-tls"}}}, cluster=cluster)


def test_the_certificate_of_a_shared_gateway_is_its_own() -> None:
    assert complaints({"type": "istio", **SHARED, "tls": {"secret": "llm-tls"}}) == ["expose.tls.secret"]


def test_a_gateway_has_a_namespace_and_a_name() -> None:
    assert complaints({"type": "istio", "gateway": "a/b/c"}) == ["expose.gateway"]


@pytest.mark.req("S4-35")
def test_a_weight_is_a_percentage() -> None:
    expose = {"type": "istio", **SHARED}
    assert complaints(expose, rollout={"canary": {"weight": 120}}) == ["rollout.canary.weight"]
    assert complaints(expose, rollout={"canary": {"weight": 100}}) == []


@pytest.mark.req("S2-29")
def test_somebody_must_share_requests_by_weight() -> None:
    canary = {"canary": {"weight": 20}}
    assert complaints({"type": "cluster"}, rollout=canary) == ["rollout.canary"]
    assert not complaints({"type": "gateway-api", **SHARED}, rollout=canary, platform="llmd")
    by_kserve = {"platform": "llmd", "llmd": {"provider": "kserve"}}
    assert complaints({"type": "gateway-api", **SHARED}, rollout=canary, **by_kserve) == ["rollout.canary"]
    assert complaints({"type": "gateway-api", **SHARED}, rollout=canary, platform="kserve") == []


@pytest.mark.req("S4-35")
def test_what_a_service_and_its_canary_share_cannot_differ() -> None:
    overrides = {"platform": "kserve", "expose": {"type": "none"}, "image": "vllm/vllm-openai:v0.33.0"}
    canary = {"canary": {"weight": 20, "overrides": overrides}}
    inside = "rollout.canary.overrides"
    assert complaints({"type": "istio", **SHARED}, rollout=canary) == [
        f"{inside}.platform",
        f"{inside}.expose",
    ]


def test_a_canary_is_checked_as_a_service_is() -> None:
    entry = {
        "expose": {"type": "istio", **SHARED},
        "rollout": {"canary": {"weight": 20, "overrides": {"engine_args": {"max_model_length": 1}}}},
    }
    (problem,) = found("V-01", entry)
    assert problem.path == "llm_serving[a].rollout.canary.overrides.engine_args.max_model_length"
    entry["rollout"]["canary"]["overrides"] = {"engine_args": {"extra": ["--swap-space=4"]}}  # type: ignore[index]
    (problem,) = found("V-18", entry)
    assert problem.path == "llm_serving[a].rollout.canary.overrides.engine_args.extra[0]"


def test_what_is_wrong_with_both_is_told_once() -> None:
    entry = {
        "engine_args": {"extra": ["--swap-space=4"]},
        "expose": {"type": "istio", **SHARED},
        "rollout": {"canary": {"weight": 20}},
    }
    assert paths(found("V-18", entry)) == ["llm_serving[a].engine_args.extra[0]"]


def test_one_place_leads_to_one_service() -> None:
    expose = {"type": "istio", **SHARED, "path": "/chat"}
    twice = [{"name": name, "expose": expose} for name in ("a", "b")]
    assert paths(found("V-22", *twice)) == ["llm_serving[b].expose.path"]
    twice[1]["expose"] = {**expose, "path": "/other"}
    assert not found("V-22", *twice)


def test_gateways_of_istio_with_one_certificate_are_warned_of() -> None:
    expose = {"type": "istio", "tls": {"secret": "llm-tls"}}
    twice = [{"name": name, "expose": {**expose, "host": f"{name}.example"}} for name in ("a", "b")]
    (problem,) = found("V-22", *twice)
    assert (problem.path, problem.severity) == ("llm_serving[b].expose.tls.secret", "warning")
