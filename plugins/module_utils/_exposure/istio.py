# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Istio: a VirtualService at a gateway, and subsets for the pods behind it.

Passwords are checked by an EnvoyFilter that belongs to the credentials: ``basic_auth_filter.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._platforms.pod import metadata
from .basic_auth_filter import route_name
from .shares import Share, route_metadata, services, shares

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

_NETWORKING = "networking.istio.io/v1"
_HTTPS, _HTTP = 443, 80


def istio(plan: ServicePlan) -> list[dict[str, Any]]:
    own = [] if plan.service.expose.gateway is not None else [_gateway(plan)]
    logs = [_access_log(share) for share in shares(plan)] if plan.service.expose.access_log else []
    rules = [_destination_rule(share) for share in shares(plan)]
    return [*services(plan), *own, *rules, _virtual_service(plan), *logs]


def _gateway(plan: ServicePlan) -> dict[str, Any]:
    """With TLS, plain requests are sent to the encrypted port."""
    tls = plan.service.expose.tls
    plain: dict[str, Any] = _server(plan, _HTTP, "HTTP")
    servers = [plain]
    if tls is not None:
        plain["tls"] = {"httpsRedirect": True}
        secure = {**_server(plan, _HTTPS, "HTTPS"), "tls": {"mode": "SIMPLE", "credentialName": tls.secret}}
        servers.insert(0, secure)
    return {
        "apiVersion": _NETWORKING,
        "kind": "Gateway",
        "metadata": metadata(plan, plan.service_name),
        "spec": {"selector": dict(plan.cluster.components.istio.gateway_selector), "servers": servers},
    }


def _server(plan: ServicePlan, port: int, protocol: str) -> dict[str, Any]:
    return {
        "port": {"number": port, "name": protocol.lower(), "protocol": protocol},
        "hosts": [plan.service.expose.host or "*"],
    }


def _virtual_service(plan: ServicePlan) -> dict[str, Any]:
    expose = plan.service.expose
    http: dict[str, Any] = {
        "name": route_name(plan.namespace, plan.name),
        "route": [_destination(share) for share in shares(plan)],
    }
    if matches := _matches(plan):
        http["match"] = matches
    if expose.prefix:
        http["rewrite"] = {"uri": "/"}
    return {
        "apiVersion": _NETWORKING,
        "kind": "VirtualService",
        "metadata": route_metadata(plan),
        "spec": {
            "hosts": [expose.host or "*"],
            "gateways": [expose.gateway or plan.service_name],
            "http": [http],
        },
    }


def _matches(plan: ServicePlan) -> list[dict[str, Any]]:
    """The prefix with and without what follows it; at a gateway with TLS only what came encrypted."""
    expose = plan.service.expose
    secure = {"port": _HTTPS} if expose.tls is not None else {}
    if expose.prefix:
        return [
            {"uri": {"exact": expose.prefix}, **secure},
            {"uri": {"prefix": f"{expose.prefix}/"}, **secure},
        ]
    return [secure] if secure else []


def _destination(share: Share) -> dict[str, Any]:
    return {
        "destination": {
            "host": share.service,
            "port": {"number": share.port},
            "subset": _subset(share),
        },
        "weight": share.weight,
    }


def _destination_rule(share: Share) -> dict[str, Any]:
    subset = {"name": _subset(share), "labels": dict(share.plan.pod_selector)}
    return {
        "apiVersion": _NETWORKING,
        "kind": "DestinationRule",
        "metadata": metadata(share.plan, share.service),
        "spec": {"host": share.service, "subsets": [subset]},
    }


def _subset(share: Share) -> str:
    return "canary" if share.canary else "main"


def _access_log(share: Share) -> dict[str, Any]:
    """In the pods' own proxies: at a gateway that is shared, only one such switch can hold."""
    return {
        "apiVersion": "telemetry.istio.io/v1",
        "kind": "Telemetry",
        "metadata": metadata(share.plan, share.service),
        "spec": {
            "selector": {"matchLabels": dict(share.plan.pod_selector)},
            "accessLogging": [{"providers": [{"name": "envoy"}]}],
        },
    }
