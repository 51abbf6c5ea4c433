# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Basic authentication at a gateway of Istio.

Istio lets no object refer to a Secret from here, so the hash of the password stands in the EnvoyFilter; it is
therefore written with the credentials, by whoever has their values, and lies in Istio's own namespace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._names import INLINE_TEXT, MANAGED_BY_LABEL, MANAGER, SECRET_LABEL, SERVICE_LABEL

if TYPE_CHECKING:
    from .._fleet import Fleet, Service

API_VERSION, KIND = "networking.istio.io/v1alpha3", "EnvoyFilter"

_PRIORITY = 10
"""Istio cannot tell in which order filters without one are put."""
_TYPES = "type.googleapis.com/envoy.extensions.filters.http.basic_auth.v3."
_CONNECTION_MANAGER = "envoy.filters.network.http_connection_manager"


def route_name(namespace: str, service: str) -> str:
    """By which the gateway's route of a service can be told from all others."""
    return f"{namespace}.{service}"


def filter_name(service: Service) -> str:
    return f"{service.namespace}-{service.name}-basic-auth"


def filtered_services(fleet: Fleet, secret: str) -> list[Service]:
    """The services for whom a gateway of Istio asks for this password."""
    return [
        service
        for service in fleet.services
        if service.expose.type == "istio"
        and service.expose.auth.basic == secret
        and service.state != "absent"
    ]


def basic_auth_filter(fleet: Fleet, service: Service, *, secret: str, htpasswd: str) -> dict[str, Any]:
    """The filter is off for all requests but those of this service."""
    istio = fleet.cluster.components.istio
    route = route_name(service.namespace, service.name)
    name = f"{MANAGER}.basic-auth.{route}"
    users = {INLINE_TEXT: htpasswd}
    chain = {"filterChain": {"filter": {"name": _CONNECTION_MANAGER}}}
    insert = {
        "applyTo": "HTTP_FILTER",
        "match": {"context": "GATEWAY", "listener": chain},
        "patch": {
            "operation": "INSERT_FIRST",
            "value": {
                "name": name,
                "disabled": True,
                "typed_config": {"@type": f"{_TYPES}BasicAuth", "users": users},
            },
        },
    }
    enable = {
        "applyTo": "HTTP_ROUTE",
        "match": {"context": "GATEWAY", "routeConfiguration": {"vhost": {"route": {"name": route}}}},
        "patch": {
            "operation": "MERGE",
            "value": {
                "typed_per_filter_config": {name: {"@type": f"{_TYPES}BasicAuthPerRoute", "users": users}}
            },
        },
    }
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": {
            "name": filter_name(service),
            "namespace": istio.root_namespace,
            "labels": {MANAGED_BY_LABEL: MANAGER, SECRET_LABEL: secret, SERVICE_LABEL: service.name},
        },
        "spec": {
            "workloadSelector": {"labels": dict(istio.gateway_selector)},
            "priority": _PRIORITY,
            "configPatches": [insert, enable],
        },
    }
