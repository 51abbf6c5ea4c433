# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials that clients show: passwords, keys, and what a user names freely."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._objects import secret_objects
from ansible_collections.inferops.serving.plugins.module_utils._secrets.shape import faults

from tests.unit._plan.inventory import fleet, main_container, planned, rendered, variables

AUTH = {"name": "demo-auth", "kind": "basic-auth", "username": "demo", "password": "pä:ss word"}
KEY = {"name": "key", "kind": "api-key", "value": "k-hidden"}
ISTIO = {"type": "istio", "host": "llm.example", "tls": {}, "auth": {"basic": "demo-auth"}}


def made(secret: dict[str, Any], **given: Any) -> list[dict[str, Any]]:
    service = {"name": "chat", "namespace": "llm", "model": "m", "engine": "vllm", **given}
    everything = fleet([service], models=[{"name": "m", "source": "org/m"}], stores=[], secrets=[secret])
    return secret_objects(everything, everything.secrets[secret["name"]])


def decoded(obj: dict[str, Any]) -> dict[str, str]:
    return {key: base64.b64decode(value).decode() for key, value in obj["data"].items()}


@pytest.mark.req("S4-38", "S4-39")
def test_a_password_for_traefik_and_for_envoy() -> None:
    (secret,) = made(AUTH, expose={**ISTIO, "type": "traefik"})
    assert (secret["metadata"]["namespace"], secret["type"]) == ("llm", "kubernetes.io/basic-auth")
    data = decoded(secret)
    assert (data["username"], data["password"]) == ("demo", "pä:ss word")
    assert data[".htpasswd"] == "demo:{SHA}/d0qRu2FYnX+4dqdYZ//rSg3RX4="
    assert faults("basic-auth", secret) == []


@pytest.mark.req("S4-39")
def test_istio_gets_a_filter_that_is_off_for_everybody_else() -> None:
    _secret, filtering = made(AUTH, expose=ISTIO)
    assert filtering["metadata"]["namespace"] == "istio-system"
    insert, enable = filtering["spec"]["configPatches"]
    name = insert["patch"]["value"]["name"]
    assert insert["patch"]["value"]["disabled"] is True
    assert set(enable["patch"]["value"]["typed_per_filter_config"]) == {name}
    assert enable["match"]["routeConfiguration"]["vhost"]["route"] == {"name": "llm.chat"}
    assert "pä:ss word" not in str(filtering)
    assert filtering["spec"]["priority"], "Istio cannot order filters without one"


def test_the_filter_meets_the_route_of_its_service() -> None:
    _secret, filtering = made(AUTH, expose=ISTIO)
    route = filtering["spec"]["configPatches"][1]["match"]["routeConfiguration"]["vhost"]["route"]["name"]
    service = rendered(namespace="llm", expose={"type": "istio"})["VirtualService"]
    assert service["spec"]["http"][0]["name"] == route


def test_nothing_is_left_of_a_service_that_goes() -> None:
    assert [each["kind"] for each in made(AUTH, expose=ISTIO, state="absent")] == ["Secret"]


def test_a_secret_that_is_there_is_left_alone() -> None:
    assert made({"name": "demo-auth", "kind": "basic-auth", "existing": "there"}, expose=ISTIO) == []


def test_a_key_and_whatever_else() -> None:
    (key,) = made(KEY, expose={"auth": {"api_key": "key"}})
    assert decoded(key) == {"api-key": "k-hidden"}
    (generic,) = made(
        {"name": "g", "kind": "generic", "namespaces": ["a"], "data": {"one": "1", "zwei": "ü"}}
    )
    assert (generic["metadata"]["namespace"], decoded(generic)) == ("a", {"one": "1", "zwei": "ü"})


def key_of(**given: Any) -> Any:
    from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects
    from ansible_collections.inferops.serving.plugins.module_utils._plan import plan

    entry = {"name": "chat", "model": "llama", "engine": "vllm", "expose": {"auth": {"api_key": "key"}}}
    (chat,) = plan(fleet([entry], secrets=[KEY], stores=[{"name": "models", "kind": "pvc"}]), **given)
    container = main_container({each["kind"]: each for each in service_objects(chat)})
    return chat, container


def test_vllm_takes_its_key_from_the_secret() -> None:
    _chat, container = key_of()
    assert variables(container)["VLLM_API_KEY"] == {"name": "key", "key": "api-key"}
    assert "k-hidden" not in str(container)


def test_probes_ask_where_no_key_is_needed() -> None:
    _chat, container = key_of()
    assert container["readinessProbe"]["httpGet"]["path"] == "/health"
    assert main_container(rendered())["readinessProbe"]["httpGet"]["path"] == "/v1/models"


def test_another_key_replaces_the_pods() -> None:
    hashes = {key_of(secret_states={("default", "key"): state})[0].spec_hash for state in ("1", "2")}
    assert len(hashes) == 2
    assert planned().read_secrets == ()


@pytest.mark.parametrize(
    ("kind", "data", "fault"),
    [
        ("basic-auth", {"username": b"demo", "password": b"x"}, ".htpasswd is missing"),
        (
            "basic-auth",
            {"username": b"demo", "password": b"x", ".htpasswd": b"demo:$2y$05$abc"},
            "without {SHA}",
        ),
        ("api-key", {"key": b"x"}, "api-key is missing"),
        ("api-key", {"api-key": b"x\n"}, "white space"),
        ("generic", {}, "no key"),
    ],
)
def test_what_readers_could_not_use_is_told(kind: str, data: dict[str, bytes], fault: str) -> None:
    encoded = {key: base64.b64encode(value).decode() for key, value in data.items()}
    (found,) = faults(kind, {"data": encoded})
    assert fault in found
