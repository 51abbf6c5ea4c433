# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._plan.inventory import rendered


def way_in(**expose: Any) -> dict[str, dict[str, Any]]:
    return rendered(expose={"type": "istio", "host": "llm.example", **expose})


@pytest.mark.req("S4-36")
def test_a_gateway_of_its_own() -> None:
    made = way_in()
    assert made["Gateway"]["apiVersion"].startswith("networking.istio.io/")
    assert made["Gateway"]["spec"] == {
        "selector": {"istio": "ingressgateway"},
        "servers": [{"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": ["llm.example"]}],
    }
    assert made["VirtualService"]["spec"]["gateways"] == [made["Gateway"]["metadata"]["name"]]


def test_the_pods_of_another_ingress_gateway() -> None:
    components = {"istio": {"gateway_selector": {"istio": "ingress"}}}
    made = rendered(expose={"type": "istio"}, cluster={"components": components})
    assert made["Gateway"]["spec"]["selector"] == {"istio": "ingress"}


def test_with_a_certificate_plain_requests_are_sent_to_the_encrypted_port() -> None:
    secure, plain = way_in(tls={"secret": "llm-tls"})["Gateway"]["spec"]["servers"]
    assert secure["tls"] == {"mode": "SIMPLE", "credentialName": "llm-tls"}
    assert secure["port"]["number"] == 443
    assert plain["tls"] == {"httpsRedirect": True}


@pytest.mark.req("S4-36")
def test_a_gateway_that_is_there() -> None:
    made = way_in(gateway="istio-system/shared", tls={})
    assert "Gateway" not in made
    service = made["VirtualService"]["spec"]
    assert service["gateways"] == ["istio-system/shared"]
    assert service["http"][0]["match"] == [{"port": 443}], "nothing in plain text beside it"


@pytest.mark.req("S4-36")
def test_a_prefix_with_and_without_what_follows() -> None:
    (rule,) = way_in(path="/demo/triton-inference-server")["VirtualService"]["spec"]["http"]
    assert rule["rewrite"] == {"uri": "/"}
    assert rule["match"] == [
        {"uri": {"exact": "/demo/triton-inference-server"}},
        {"uri": {"prefix": "/demo/triton-inference-server/"}},
    ]


def test_without_prefix_nothing_is_rewritten() -> None:
    for path in (None, "/"):
        (rule,) = way_in(path=path)["VirtualService"]["spec"]["http"]
        assert not {"match", "rewrite"} & set(rule)


def test_a_subset_selects_the_pods() -> None:
    made = way_in()
    (destination,) = made["VirtualService"]["spec"]["http"][0]["route"]
    (subset,) = made["DestinationRule"]["spec"]["subsets"]
    assert destination["destination"] == {"host": "chat", "port": {"number": 8000}, "subset": subset["name"]}
    assert made["DestinationRule"]["spec"]["host"] == "chat"
    assert subset["labels"] == {"inferops.serving/service": "chat"}


@pytest.mark.req("S4-37")
def test_access_logs_only_where_they_are_wanted() -> None:
    assert "Telemetry" not in way_in()
    telemetry = way_in(access_log=True)["Telemetry"]["spec"]
    assert telemetry["selector"]["matchLabels"] == {"inferops.serving/service": "chat"}
    assert telemetry["accessLogging"] == [{"providers": [{"name": "envoy"}]}]


def test_kserve_brings_the_service_itself() -> None:
    made = rendered(platform="kserve", expose={"type": "istio", "host": "llm.example"})
    assert "Service" not in made
    (destination,) = made["VirtualService"]["spec"]["http"][0]["route"]
    assert destination["destination"]["host"] == "chat-predictor"
    assert destination["destination"]["port"] == {"number": 80}
    assert made["VirtualService"]["metadata"]["name"] == "chat-istio", "KServe may make one named chat"
