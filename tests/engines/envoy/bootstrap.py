# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A gateway of Envoy: one listener with filters and virtual hosts, and what it leads to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

MANAGER = (
    "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
)
ROUTER = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"
ROUTE = {"name": "envoy.filters.http.router", "typed_config": {"@type": ROUTER}}
"""The last filter."""


def gateway(
    filters: Sequence[Mapping[str, Any]],
    hosts: Mapping[str, Sequence[Mapping[str, Any]]],
    *,
    listen: int,
    backends: Mapping[str, int],
) -> dict[str, Any]:
    """*hosts* gives the routes of each host name, *backends* the port on this machine of each cluster."""
    manager = {
        "@type": MANAGER,
        "stat_prefix": "gateway",
        "route_config": {
            "virtual_hosts": [
                {"name": host, "domains": [host], "routes": list(routes)} for host, routes in hosts.items()
            ]
        },
        "http_filters": [*filters, ROUTE],
    }
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    return {
        "static_resources": {
            "listeners": [{"address": _address(listen), "filter_chains": [chain]}],
            "clusters": [_cluster(name, port) for name, port in backends.items()],
        }
    }


def weighted(shares: Sequence[tuple[str, int]]) -> dict[str, Any]:
    """The action of a route that shares requests by weight."""
    return {"weighted_clusters": {"clusters": [{"name": name, "weight": weight} for name, weight in shares]}}


def _cluster(name: str, port: int) -> dict[str, Any]:
    endpoint = {"endpoint": {"address": _address(port)}}
    return {
        "name": name,
        "type": "STATIC",
        "load_assignment": {"cluster_name": name, "endpoints": [{"lb_endpoints": [endpoint]}]},
    }


def _address(port: int) -> dict[str, Any]:
    return {"socket_address": {"address": "127.0.0.1", "port_value": port}}
