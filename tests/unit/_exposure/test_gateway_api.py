# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._plan.inventory import SECRETS, fleet, rendered

SHARED = {"type": "gateway-api", "host": "llm.example", "gateway": "gateways/shared"}


@pytest.mark.req("S4-36")
def test_a_route_at_a_gateway_that_is_there() -> None:
    made = rendered(expose=SHARED)
    assert "Gateway" not in made
    spec = made["HTTPRoute"]["spec"]
    assert spec["parentRefs"] == [{"name": "shared", "namespace": "gateways"}]
    assert spec["hostnames"] == ["llm.example"]
    (rule,) = spec["rules"]
    assert rule["backendRefs"] == [{"name": "chat", "port": 8000, "weight": 100}]
    assert rule["timeouts"] == {"request": "0s"}, "a gateway's own limit would cut off long answers"


def test_with_tls_only_the_encrypted_port_is_used() -> None:
    (parent,) = rendered(expose={**SHARED, "tls": {}})["HTTPRoute"]["spec"]["parentRefs"]
    assert parent["port"] == 443


def test_a_gateway_of_its_own() -> None:
    made = rendered(
        expose={"type": "gateway-api", "host": "llm.example", "tls": {"secret": "llm-tls"}},
        cluster={"components": {"gateway": {"class_name": "eg"}}},
    )
    assert made["Gateway"]["spec"]["gatewayClassName"] == "eg"
    (listener,) = made["Gateway"]["spec"]["listeners"]
    assert (listener["port"], listener["protocol"], listener["hostname"]) == (443, "HTTPS", "llm.example")
    assert listener["tls"]["certificateRefs"] == [{"name": "llm-tls"}]
    (parent,) = made["HTTPRoute"]["spec"]["parentRefs"]
    assert parent == {"name": made["Gateway"]["metadata"]["name"], "port": 443}


@pytest.mark.req("S4-36")
def test_a_prefix_is_taken_off() -> None:
    (rule,) = rendered(expose={**SHARED, "path": "/team/chat"})["HTTPRoute"]["spec"]["rules"]
    assert rule["matches"] == [{"path": {"type": "PathPrefix", "value": "/team/chat"}}]
    (only,) = rule["filters"]
    assert only["urlRewrite"]["path"] == {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}


@pytest.mark.req("S4-39")
def test_envoy_gateway_reads_the_password_from_the_secret() -> None:
    auth = {"name": "demo-auth", "kind": "basic-auth", "username": "demo", "password": "hidden"}
    from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects
    from ansible_collections.inferops.serving.plugins.module_utils._plan import plan

    service = {"name": "chat", "model": "llama", "engine": "vllm"}
    expose: dict[str, Any] = {**SHARED, "tls": {}, "auth": {"basic": "demo-auth"}}
    (chat,) = plan(fleet([{**service, "expose": expose}], secrets=[*SECRETS, auth]))
    made = {each["kind"]: each for each in service_objects(chat)}
    policy = made["SecurityPolicy"]["spec"]
    assert policy["basicAuth"] == {"users": {"name": "demo-auth"}}
    (target,) = policy["targetRefs"]
    assert target == {
        "group": "gateway.networking.k8s.io",
        "kind": "HTTPRoute",
        "name": made["HTTPRoute"]["metadata"]["name"],
    }


def test_a_pool_with_a_picker_is_led_to_instead_of_a_service() -> None:
    (rule,) = rendered(platform="llmd", expose=SHARED)["HTTPRoute"]["spec"]["rules"]
    (backend,) = rule["backendRefs"]
    assert (backend["kind"], backend["name"], backend["weight"]) == ("InferencePool", "chat", 100)


def test_a_platform_that_makes_routes_itself_gets_none() -> None:
    assert "HTTPRoute" not in rendered(platform="llmd", llmd={"provider": "kserve"}, expose=SHARED)


def test_the_name_is_none_that_kserve_uses() -> None:
    made = rendered(platform="kserve", expose=SHARED)["HTTPRoute"]
    assert made["metadata"]["name"] not in ("chat", "chat-predictor")
    assert made["spec"]["rules"][0]["backendRefs"][0]["name"] == "chat-predictor"
