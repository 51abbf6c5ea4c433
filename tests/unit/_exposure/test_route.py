# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._plan.inventory import rendered


def route(**expose: Any) -> dict[str, Any]:
    return rendered(expose={"type": "route", **expose})["Route"]


@pytest.mark.req("XC-20")
def test_it_leads_to_the_service_at_the_port_of_the_pods() -> None:
    made = route()
    assert made["spec"] == {
        "to": {"kind": "Service", "name": "chat", "weight": 100},
        "port": {"targetPort": 8000},
    }
    assert "haproxy.router.openshift.io/timeout" in made["metadata"]["annotations"]


def test_a_prefix_is_taken_off() -> None:
    made = route(host="llm.example", path="/team/chat/")
    assert (made["spec"]["host"], made["spec"]["path"]) == ("llm.example", "/team/chat")
    assert made["metadata"]["annotations"]["haproxy.router.openshift.io/rewrite-target"] == "/"


def test_the_router_ends_tls_and_sends_plain_requests_there() -> None:
    assert route(tls={})["spec"]["tls"] == {
        "termination": "edge",
        "insecureEdgeTerminationPolicy": "Redirect",
    }
    assert route(tls={"secret": "llm-tls"})["spec"]["tls"]["externalCertificate"] == {"name": "llm-tls"}


def test_kserve_brings_the_service_itself() -> None:
    made = rendered(platform="kserve", expose={"type": "route"})
    assert "Service" not in made
    assert made["Route"]["metadata"]["name"] == "chat-route"
    assert made["Route"]["spec"]["to"]["name"] == "chat-predictor"
    assert made["Route"]["spec"]["port"] == {"targetPort": 8080}
