# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._served import Place, Publisher
from ansible_collections.inferops.serving.plugins.module_utils._served.published import Address, addresses

from tests.unit._probe.cluster import (
    Cluster,
    gateway,
    inference_service,
    node,
    pod,
    route,
    service,
)

SERVICE = Publisher(api_version="v1", kind="Service", name="chat")
KSERVE = Publisher(api_version="serving.kserve.io/v1beta1", kind="InferenceService", name="chat")
INSIDE = Address(url="http://chat.rag.svc:8000", internal=True)


def place(*publishers: Publisher, **more: str) -> Place:
    return Place(name="chat", namespace="rag", publishers=publishers, **more)  # type: ignore[arg-type]


def published(*objects: dict[str, object], of: Publisher = SERVICE) -> list[Address]:
    return addresses(place(of), Cluster(*objects))  # type: ignore[arg-type]


def test_a_cluster_ip_is_known_inside_the_cluster_only() -> None:
    assert published(service()) == [INSIDE]


def test_a_controller_in_a_pod_can_ask_there_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1")
    assert published(service()) == [Address(url="http://chat.rag.svc:8000")]


@pytest.mark.req("S3-44", "S4-41")
def test_a_node_port_is_asked_at_a_ready_nodes_external_address() -> None:
    nodes = [
        node("a", internal="10.0.0.1", external="203.0.113.1", ready=False),
        node("b", internal="10.0.0.2", external="203.0.113.2"),
    ]
    found = published(service("NodePort", nodePort=30299), *nodes)
    assert found == [Address(url="http://203.0.113.2:30299"), INSIDE]


@pytest.mark.req("S3-44")
def test_a_node_that_runs_the_model_comes_first_and_an_internal_address_will_do() -> None:
    nodes = [node("a", internal="10.0.0.1"), node("b", internal="10.0.0.2")]
    found = published(service("NodePort", nodePort=30299), *nodes, pod("chat-1", on="b"))
    assert found[0].url == "http://10.0.0.2:30299"


@pytest.mark.parametrize(
    ("ingress", "url"),
    [
        ({"ip": "203.0.113.7"}, "http://203.0.113.7:8000"),
        ({"hostname": "lb.example.net"}, "http://lb.example.net:8000"),
        ({"ip": "2001:db8::7"}, "http://[2001:db8::7]:8000"),
    ],
)
@pytest.mark.req("S4-41")
def test_a_load_balancer_is_asked_at_its_address(ingress: dict[str, str], url: str) -> None:
    assert published(service("LoadBalancer", ingress=ingress))[0] == Address(url=url)


@pytest.mark.req("S2-47")
def test_an_inference_service_is_asked_at_its_url_then_through_its_gateway() -> None:
    found = published(
        inference_service(
            "http://chat-rag.llm.example", internal="http://chat-predictor.rag.svc.cluster.local"
        ),
        route(),
        gateway("203.0.113.9"),
        of=KSERVE,
    )
    assert found == [
        Address(url="http://chat-rag.llm.example"),
        Address(url="http://chat-rag.llm.example", through="203.0.113.9:8080"),
        Address(url="http://chat-predictor.rag.svc.cluster.local", internal=True),
    ]


@pytest.mark.req("S2-47")
def test_kserves_placeholder_domain_is_only_asked_through_a_gateway() -> None:
    found = published(
        inference_service("http://chat-rag.example.com"), route(), gateway("203.0.113.9"), of=KSERVE
    )
    assert found == [Address(url="http://chat-rag.example.com", through="203.0.113.9:8080")]


def test_an_inference_service_without_status_has_no_address() -> None:
    assert published(inference_service(None), of=KSERVE) == []


def test_a_url_that_was_given_is_the_only_address() -> None:
    given = place(SERVICE, url="https://chat.example", through="203.0.113.1")
    assert addresses(given, None) == [Address(url="https://chat.example", through="203.0.113.1")]


@pytest.mark.req("S4-41")
def test_what_the_inventory_publishes_comes_first() -> None:
    url = "https://llm.example/team/chat"
    found = addresses(place(SERVICE, published=url), Cluster(service()))  # type: ignore[arg-type]
    assert found == [Address(url=url), INSIDE]


@pytest.mark.req("S4-41")
def test_the_host_that_a_router_chose() -> None:
    chosen = {"spec": {"tls": {"termination": "edge"}, "path": "/chat"}}
    status = {"status": {"ingress": [{"host": "chat-rag.apps.example"}]}}
    found = published(
        {
            "apiVersion": "route.openshift.io/v1",
            "kind": "Route",
            "metadata": {"name": "chat", "namespace": "rag"},
            **chosen,
            **status,
        },
        of=Publisher(api_version="route.openshift.io/v1", kind="Route", name="chat"),
    )
    assert found == [Address(url="https://chat-rag.apps.example/chat")]
