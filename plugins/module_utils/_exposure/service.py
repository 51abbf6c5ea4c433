# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways in that are a Service in front of the pods."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan


def nothing(plan: ServicePlan) -> list[dict[str, Any]]:
    return []


def cluster_ip(plan: ServicePlan) -> list[dict[str, Any]]:
    return [_service(plan, "ClusterIP")] if plan.makes_service else []


def node_port(plan: ServicePlan) -> list[dict[str, Any]]:
    made = _service(plan, "NodePort")
    if plan.service.expose.node_port is not None:
        made["spec"]["ports"][0]["nodePort"] = plan.service.expose.node_port
    return [made]


def load_balancer(plan: ServicePlan) -> list[dict[str, Any]]:
    return [_service(plan, "LoadBalancer")]


def _service(plan: ServicePlan, kind: str) -> dict[str, Any]:
    """The first port takes requests; the others of the engine follow under their own numbers."""
    requests = {
        "name": "http",
        "port": plan.service_port,
        "targetPort": plan.request_port.name,
        "protocol": "TCP",
    }
    others = [
        {"name": port.name, "port": port.number, "targetPort": port.name, "protocol": "TCP"}
        for port in plan.ports[1:]
    ]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": plan.service_name, "namespace": plan.namespace, "labels": dict(plan.labels)},
        "spec": {
            "type": kind,
            "selector": dict(plan.pod_selector),
            "ports": [requests, *(others if kind == "ClusterIP" else [])],
        },
    }
