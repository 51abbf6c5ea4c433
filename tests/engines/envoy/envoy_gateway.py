# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Envoy Gateway makes of our objects: the part that matters here, as its documentation tells it.

It stands in for Envoy Gateway; what it makes is read by a real Envoy.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from tests.engines.envoy.bootstrap import gateway, weighted

Object = Mapping[str, Any]

FILTER = "envoy.filters.http.basic_auth"
TYPES = "type.googleapis.com/envoy.extensions.filters.http.basic_auth.v3."


def configuration(objects: Sequence[Object], *, listen: int, backends: Mapping[str, int]) -> dict[str, Any]:
    """Routes of HTTPRoutes; a SecurityPolicy turns the filter on for the route that it targets."""
    secrets = {each["metadata"]["name"]: each["data"] for each in objects if each["kind"] == "Secret"}
    users = {
        target["name"]: _inline(secrets[policy["spec"]["basicAuth"]["users"]["name"]][".htpasswd"])
        for policy in objects
        if policy["kind"] == "SecurityPolicy"
        for target in policy["spec"]["targetRefs"]
    }
    hosts: dict[str, list[dict[str, Any]]] = {}
    for each in objects:
        if each["kind"] == "HTTPRoute":
            for host in each["spec"]["hostnames"]:
                hosts.setdefault(host, []).extend(_routes(each, users.get(each["metadata"]["name"])))
    nobody = {"inline_string": f"nobody:{{SHA}}{base64.b64encode(bytes(20)).decode()}"}
    asking = {
        "name": FILTER,
        "disabled": True,
        "typed_config": {"@type": f"{TYPES}BasicAuth", "users": nobody},
    }
    return gateway([asking], hosts, listen=listen, backends=backends)


def _routes(route: Object, users: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    return [
        {
            "match": _match(match["path"]["value"]),
            "route": {
                **weighted([(each["name"], each["weight"]) for each in rule["backendRefs"]]),
                **_rewrite(rule["filters"], match["path"]["value"]),
                "timeout": rule["timeouts"]["request"],
            },
            **_asking(users),
        }
        for rule in route["spec"]["rules"]
        for match in rule["matches"]
    ]


def _match(path: str) -> dict[str, Any]:
    return {"path_separated_prefix": path}


def _rewrite(filters: Sequence[Object], path: str) -> dict[str, Any]:
    """A prefix that becomes a slash takes the slash behind it along."""
    (only,) = filters
    assert only["urlRewrite"]["path"] == {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}
    return {"regex_rewrite": {"pattern": {"regex": f"^{path}/*"}, "substitution": "/"}}


def _asking(users: Mapping[str, Any] | None) -> dict[str, Any]:
    if users is None:
        return {}
    return {"typed_per_filter_config": {FILTER: {"@type": f"{TYPES}BasicAuthPerRoute", "users": users}}}


def _inline(encoded: str) -> dict[str, str]:
    return {"inline_string": base64.b64decode(encoded).decode()}
