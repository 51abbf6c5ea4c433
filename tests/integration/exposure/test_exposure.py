# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real definitions of routers, meshes and gateways take every way in that we render."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import apply
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._fleet import Fleet, load
from ansible_collections.inferops.serving.plugins.module_utils._objects import secret_objects, service_objects
from ansible_collections.inferops.serving.plugins.module_utils._plan import plan
from ansible_collections.inferops.serving.plugins.module_utils._rules import check
from ansible_collections.inferops.serving.plugins.module_utils._sets import secret_sets

from tests.support.lab import Lab

pytestmark = [pytest.mark.proof("A")]

PASSWORD = "topsecret password"
AUTH = {"name": "demo-auth", "kind": "basic-auth", "username": "demo", "password": PASSWORD}
CANARY = {"canary": {"weight": 20, "overrides": {"env": {"VERSION": "2"}}}}
HOST, PREFIX = "llm.example", "/triton-demo-1/triton-inference-server"
TLS = {"tls": {"secret": "llm-tls"}}
WITH_AUTH = {"auth": {"basic": "demo-auth"}}

WAYS_IN: dict[str, dict[str, Any]] = {
    "route": {"type": "route", **TLS},
    "istio-own": {"type": "istio", **TLS, "access_log": True},
    "istio-shared": {"type": "istio", "gateway": "istio-system/shared", "tls": {}, **WITH_AUTH},
    "gateway-own": {"type": "gateway-api", **TLS},
    "gateway-shared": {"type": "gateway-api", "gateway": "gateways/shared", "tls": {}, **WITH_AUTH},
    "traefik": {"type": "traefik", **TLS, **WITH_AUTH, "access_log": True},
}
KINDS = {
    "route": {"Route"},
    "istio-own": {"Gateway", "VirtualService", "DestinationRule", "Telemetry"},
    "istio-shared": {"VirtualService", "DestinationRule"},
    "gateway-own": {"Gateway", "HTTPRoute"},
    "gateway-shared": {"HTTPRoute", "SecurityPolicy"},
    "traefik": {"IngressRoute", "Middleware"},
}


@pytest.fixture
def client(lab: Lab) -> Client:
    return connect({"kubeconfig": str(lab.kubeconfig)})


@pytest.fixture
def namespace(lab: Lab) -> Iterator[str]:
    name = lab.namespace("exposure")
    yield name
    lab.core.delete_namespace(name)


def fleet(namespace: str, ways_in: Mapping[str, Any] = WAYS_IN, platform: str = "deployment") -> Fleet:
    """One service for each way in; filters of Istio lie in the test's own namespace too."""
    services = [
        {
            "name": name,
            "namespace": namespace,
            "model": "m",
            "engine": "simulator",
            "platform": platform,
            "expose": {**expose, "host": f"{name}.{HOST}", "path": PREFIX},
            "rollout": CANARY,
        }
        for name, expose in ways_in.items()
    ]
    components = {"istio": {"root_namespace": namespace}, "gateway": {"class_name": "lab"}}
    found, problems = load(
        {
            "llm_cluster": {"components": components},
            "llm_models": [{"name": "m", "source": "org/m"}],
            "llm_secrets": [AUTH] if "traefik" in ways_in else [],
            "llm_serving": services,
        }
    )
    wrong = [*problems, *check(found, plan(found))]
    assert [str(each) for each in wrong if each.severity == "error" and "llm-tls" not in str(each)] == []
    return found


@pytest.mark.req("S4-35", "S4-36", "S4-37", "S4-39", "S2-29", "XC-20")
@pytest.mark.parametrize("platform", ["deployment", "kserve"])
def test_every_way_in_is_taken_as_it_was_sent(client: Client, namespace: str, platform: str) -> None:
    """Strictly: the API server refuses any field that a definition does not know."""
    for each in plan(fleet(namespace, platform=platform)):
        sent = service_objects(each)
        assert KINDS[each.name] <= {obj["kind"] for obj in sent}
        for obj in sent:
            _holds(client.apply(obj).get("spec", {}), obj.get("spec", {}), f"{each.name} {obj['kind']}")


def _holds(live: Any, sent: Any, where: str) -> None:
    """Everything that was sent is there; definitions may have added defaults."""
    if isinstance(sent, dict):
        for key, value in sent.items():
            assert key in live, f"{where}.{key}"
            _holds(live[key], value, f"{where}.{key}")
    elif isinstance(sent, list):
        assert len(live) >= len(sent), where
        for index, (one, other) in enumerate(zip(live, sent, strict=False)):
            _holds(one, other, f"{where}[{index}]")
    elif not where.endswith(_QUANTITIES):
        assert live == sent, where


_QUANTITIES = (".cpu", ".memory", ".ephemeral-storage", ".sizeLimit")
"""Which the API server writes in another way."""


@pytest.mark.req("S4-38", "S4-39", "XC-13")
def test_one_secret_serves_all_proxies_and_shows_itself_to_nobody(client: Client, namespace: str) -> None:
    everything = fleet(namespace)
    sets = secret_sets(everything)
    first = apply(client, sets, show_diff=True)
    assert [str(one) for each in first for one in each.diagnosis] == []
    shown = repr([outcome.diff for outcome in first])
    hashed = _hash(everything)
    assert "EnvoyFilter" in shown, "it is shown that there is one"
    for text in (PASSWORD, hashed):
        assert text not in shown

    live = client.get("v1", "Secret", "demo-auth", namespace)
    assert live is not None
    assert live["type"] == "kubernetes.io/basic-auth"
    assert set(live["data"]) == {"username", "password", ".htpasswd"}

    assert not any(outcome.changed for outcome in apply(client, secret_sets(everything)))

    without = {name: way for name, way in WAYS_IN.items() if name != "istio-shared"}
    left = apply(client, secret_sets(fleet(namespace, without)))
    gone = [action.kind for outcome in left for action in outcome.actions if action.action == "pruned"]
    assert gone == ["EnvoyFilter"]


def _hash(everything: Fleet) -> str:
    (obj,) = (
        obj
        for secret in everything.secrets.values()
        for obj in secret_objects(everything, secret)
        if obj["kind"] == "EnvoyFilter"
    )
    users: str = obj["spec"]["configPatches"][0]["patch"]["value"]["typed_config"]["users"]["inline_string"]
    return users.partition("}")[2]
