# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._plan.inventory import rendered


def way_in(**given: Any) -> dict[str, Any] | None:
    return rendered(**given).get("Service")


def test_inside_the_cluster_unless_told_otherwise() -> None:
    made = way_in()
    assert made is not None
    assert made["metadata"]["name"] == "chat"
    assert made["spec"]["type"] == "ClusterIP"
    assert made["spec"]["selector"] == {"inferops.serving/service": "chat"}
    assert made["spec"]["ports"] == [{"name": "http", "port": 8000, "targetPort": "http", "protocol": "TCP"}]


def test_none() -> None:
    assert way_in(expose={"type": "none"}) is None


def test_all_ports_of_triton_are_there_for_the_cluster() -> None:
    made = way_in(engine="triton-vllm", expose={"port": 80})
    assert made is not None
    assert {each["name"]: each["port"] for each in made["spec"]["ports"]} == {
        "http": 80,
        "grpc": 8001,
        "metrics": 8002,
    }


def test_a_port_on_every_node() -> None:
    made = way_in(engine="triton-vllm", expose={"type": "nodeport", "port": 8000, "node_port": 30299})
    assert made is not None
    assert made["spec"]["type"] == "NodePort"
    assert made["spec"]["ports"] == [
        {"name": "http", "port": 8000, "targetPort": "http", "protocol": "TCP", "nodePort": 30299}
    ]


def test_the_cluster_chooses_the_port_of_the_nodes() -> None:
    made = way_in(expose={"type": "nodeport"})
    assert made is not None
    assert "nodePort" not in made["spec"]["ports"][0]


def test_a_load_balancer() -> None:
    made = way_in(expose={"type": "loadbalancer", "port": 80})
    assert made is not None
    assert made["spec"]["type"] == "LoadBalancer"
    assert made["spec"]["ports"][0]["port"] == 80


def test_kserve_brings_its_own_service_for_the_cluster() -> None:
    assert way_in(platform="kserve") is None
    assert way_in(platform="kserve", expose={"port": 80}) is None


@pytest.mark.parametrize("expose", [{"type": "nodeport"}, {"type": "loadbalancer"}, {"port": 8000}])
def test_in_front_of_the_pods_of_kserve_where_its_own_does_not_do(expose: dict[str, Any]) -> None:
    made = way_in(platform="kserve", expose=expose)
    assert made is not None
    assert made["metadata"]["name"] not in ("chat", "chat-predictor"), "names that KServe uses itself"
    assert made["spec"]["selector"]["serving.kserve.io/inferenceservice"] == "chat"
    assert made["spec"]["ports"][0]["targetPort"] == "http1"
