# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traefik: an IngressRoute, and middlewares for what happens to requests on the way.

Traefik tells nothing of an IngressRoute that it cannot use, and takes the longest rule of all hosts first:
the rule therefore always names the host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._platforms.pod import metadata
from .shares import route_metadata, services, shares

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

_VERSION = "traefik.io/v1alpha1"


def traefik(plan: ServicePlan) -> list[dict[str, Any]]:
    middlewares = _middlewares(plan)
    return [*services(plan), *middlewares, _ingress_route(plan, middlewares)]


def _middlewares(plan: ServicePlan) -> list[dict[str, Any]]:
    """In the order in which a request passes them; the password goes no further than Traefik."""
    expose = plan.service.expose
    made: dict[str, dict[str, Any]] = {}
    if expose.auth.basic is not None:
        secret = plan.secret_name(expose.auth.basic)
        made["auth"] = {"basicAuth": {"secret": secret, "removeHeader": True}}
    if expose.prefix:
        made["prefix"] = {"stripPrefix": {"prefixes": [expose.prefix]}}
    return [
        {
            "apiVersion": _VERSION,
            "kind": "Middleware",
            "metadata": metadata(plan, f"{plan.service_name}-{name}"),
            "spec": spec,
        }
        for name, spec in made.items()
    ]


def _ingress_route(plan: ServicePlan, middlewares: list[dict[str, Any]]) -> dict[str, Any]:
    expose = plan.service.expose
    route: dict[str, Any] = {
        "kind": "Rule",
        "match": _rule(plan),
        "services": [
            {"kind": "Service", "name": share.service, "port": share.port, "weight": share.weight}
            for share in shares(plan)
        ],
    }
    if middlewares:
        route["middlewares"] = [{"name": each["metadata"]["name"]} for each in middlewares]
    if expose.access_log:
        route["observability"] = {"accessLogs": True}
    spec: dict[str, Any] = {"entryPoints": ["web" if expose.tls is None else "websecure"], "routes": [route]}
    if expose.tls is not None:
        spec["tls"] = {} if expose.tls.secret is None else {"secretName": expose.tls.secret}
    return {
        "apiVersion": _VERSION,
        "kind": "IngressRoute",
        "metadata": route_metadata(plan),
        "spec": spec,
    }


def _rule(plan: ServicePlan) -> str:
    expose = plan.service.expose
    host = f"Host(`{expose.host}`)"
    if not expose.prefix:
        return host
    return f"{host} && (Path(`{expose.prefix}`) || PathPrefix(`{expose.prefix}/`))"
