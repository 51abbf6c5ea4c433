# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Istio's control plane makes of our objects: the part that matters here, as its documentation tells it.

It stands in for istiod; what it makes is read by a real Envoy.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from tests.engines.envoy.bootstrap import gateway, weighted

Object = Mapping[str, Any]


def configuration(objects: Sequence[Object], *, listen: int, backends: Mapping[str, int]) -> dict[str, Any]:
    """A gateway's configuration: routes of VirtualServices, with the patches of EnvoyFilters."""
    hosts: dict[str, list[dict[str, Any]]] = {}
    for each in objects:
        if each["kind"] == "VirtualService":
            for host in each["spec"]["hosts"]:
                hosts.setdefault(host, []).extend(_routes(each))
    filters: list[dict[str, Any]] = []
    for each in objects:
        if each["kind"] == "EnvoyFilter":
            _patch(each, filters, hosts)
    return gateway(filters, hosts, listen=listen, backends=backends)


def _routes(service: Object) -> list[dict[str, Any]]:
    """One route of Envoy for each match; all have the name of their rule."""
    made = []
    for rule in service["spec"]["http"]:
        for match in rule.get("match") or [{}]:
            uri = match.get("uri", {"prefix": "/"})
            action = weighted([(each["destination"]["host"], each["weight"]) for each in rule["route"]])
            if "rewrite" in rule:
                action["prefix_rewrite"] = rule["rewrite"]["uri"]
            where = {"path": uri["exact"]} if "exact" in uri else {"prefix": uri["prefix"]}
            made.append({"name": rule["name"], "match": where, "route": action})
    return made


def _patch(given: Object, filters: list[dict[str, Any]], hosts: Mapping[str, list[dict[str, Any]]]) -> None:
    for patch in given["spec"]["configPatches"]:
        value = deepcopy(patch["patch"]["value"])
        kind, operation = patch["applyTo"], patch["patch"]["operation"]
        if (kind, operation) == ("HTTP_FILTER", "INSERT_FIRST"):
            filters.insert(0, value)
        elif (kind, operation) == ("HTTP_ROUTE", "MERGE"):
            name = patch["match"]["routeConfiguration"]["vhost"]["route"]["name"]
            routes = [route for each in hosts.values() for route in each if route["name"] == name]
            for route in routes:
                route.setdefault("typed_per_filter_config", {}).update(value["typed_per_filter_config"])
        else:
            raise AssertionError(f"{operation} of {kind} is not known here")
