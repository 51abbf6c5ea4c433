# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status half of a Gateway API implementation: nothing is routed, but everything that such a controller
would say is said.

GatewayClasses and Gateways are accepted and programmed at 127.0.0.1. An HTTPRoute gets one entry per
parent; it is refused (NoMatchingParent) when its Gateway does not exist, and its references do not resolve
(BackendNotFound) when a Service or InferencePool is missing. Like a current implementation it knows
InferencePools of `inference.networking.k8s.io` only; the former group is an InvalidKind. The annotation
`sim.lab/gateway: "off"` on an object leaves its status alone.
"""

from __future__ import annotations

import datetime
import threading
from collections.abc import Iterator
from typing import Any

from ..api import MERGE_PATCH, Api, Object
from .watching import Store

CONTROLLER = "sim.lab/gateway"
GROUP = "gateway.networking.k8s.io"
GATEWAYS = f"/apis/{GROUP}/v1"
POOLS = "/apis/inference.networking.k8s.io/v1"
FORMER_POOL_GROUP = "inference.networking.x-k8s.io"
OFF_ANNOTATION = "sim.lab/gateway"

Key = tuple[str, str]
Verdict = tuple[str, str, str]
ACCEPTED: Verdict = ("True", "Accepted", "")
PROGRAMMED: Verdict = ("True", "Programmed", "")
RESOLVED: Verdict = ("True", "ResolvedRefs", "")


class Gateway:
    """Writes the statuses that follow from what is in the cluster."""

    def __init__(self, api: Api, changed: threading.Event) -> None:
        self._api = api
        self._classes = Store(api, f"{GATEWAYS}/gatewayclasses", changed)
        self._gateways = Store(api, f"{GATEWAYS}/gateways", changed)
        self._routes = Store(api, f"{GATEWAYS}/httproutes", changed)
        self._pools = Store(api, f"{POOLS}/inferencepools", changed)
        self._services = Store(api, "/api/v1/services", changed)
        for store in (self._classes, self._gateways, self._routes, self._pools, self._services):
            store.listed.wait()

    def tick(self) -> None:
        for (_namespace, name), obj in self._classes.all().items():
            self._write(
                obj, f"{GATEWAYS}/gatewayclasses/{name}", conditions=_conditions(obj, Accepted=ACCEPTED)
            )
        gateways = self._gateways.all()
        for (namespace, name), obj in gateways.items():
            self._write(obj, f"{GATEWAYS}/namespaces/{namespace}/gateways/{name}", **_gateway_status(obj))
        pools, services = self._pools.all(), self._services.all()
        used: dict[Key, dict[Key, Object]] = {}
        for (namespace, name), route in self._routes.all().items():
            resolved = _resolve(route, namespace, pools, services)
            parents = []
            for reference in route["spec"].get("parentRefs") or ():
                key = (reference.get("namespace", namespace), reference["name"])
                accepted = ACCEPTED if key in gateways else ("False", "NoMatchingParent", "gateway not found")
                conditions = _conditions(route, Accepted=accepted, ResolvedRefs=resolved)
                parents.append(
                    {"parentRef": reference, "controllerName": CONTROLLER, "conditions": conditions}
                )
                for kind, backend in _backends(route, namespace):
                    if kind == "InferencePool" and backend in pools:
                        used.setdefault(backend, {})[key] = {
                            "group": GROUP,
                            "kind": "Gateway",
                            "name": key[1],
                            "namespace": key[0],
                        }
            self._write(route, f"{GATEWAYS}/namespaces/{namespace}/httproutes/{name}", parents=parents)
        for key, references in used.items():
            conditions = _conditions(pools[key], Accepted=ACCEPTED, ResolvedRefs=RESOLVED)
            parents = [
                {"parentRef": reference, "controllerName": CONTROLLER, "conditions": conditions}
                for _key, reference in sorted(references.items())
            ]
            self._write(pools[key], f"{POOLS}/namespaces/{key[0]}/inferencepools/{key[1]}", parents=parents)

    def _write(self, obj: Object, path: str, **status: Any) -> None:
        if (obj["metadata"].get("annotations") or {}).get(OFF_ANNOTATION) == "off":
            return
        current = obj.get("status") or {}
        if any(current.get(key) != value for key, value in status.items()):
            self._api.request("PATCH", f"{path}/status", {"status": status}, content_type=MERGE_PATCH)


def _gateway_status(gateway: Object) -> Object:
    listeners = [
        {
            "name": listener["name"],
            "attachedRoutes": 0,
            "supportedKinds": [{"group": GROUP, "kind": "HTTPRoute"}],
            "conditions": _conditions(
                gateway, Accepted=ACCEPTED, Programmed=PROGRAMMED, ResolvedRefs=RESOLVED
            ),
        }
        for listener in gateway["spec"]["listeners"]
    ]
    return {
        "addresses": [{"type": "IPAddress", "value": "127.0.0.1"}],
        "listeners": listeners,
        "conditions": _conditions(gateway, Accepted=ACCEPTED, Programmed=PROGRAMMED),
    }


def _backends(route: Object, namespace: str) -> Iterator[tuple[str, Key]]:
    """Kind and key of every backend; the former group of InferencePool is its own kind here."""
    for rule in route["spec"].get("rules") or ():
        for reference in rule.get("backendRefs") or ():
            kind = reference.get("kind", "Service")
            if reference.get("group") == FORMER_POOL_GROUP:
                kind = FORMER_POOL_GROUP
            yield kind, (reference.get("namespace", namespace), reference["name"])


def _resolve(route: Object, namespace: str, pools: dict[Key, Object], services: dict[Key, Object]) -> Verdict:
    missing = set()
    for kind, key in _backends(route, namespace):
        if kind == FORMER_POOL_GROUP:
            return "False", "InvalidKind", f"unknown group {FORMER_POOL_GROUP}"
        if key not in (pools if kind == "InferencePool" else services):
            missing.add(f"{kind} {'/'.join(key)}")
    return ("False", "BackendNotFound", ", ".join(sorted(missing))) if missing else RESOLVED


def _conditions(obj: Object, **verdicts: Verdict) -> list[Object]:
    """Conditions that keep the time of their last transition."""
    since = {
        (c["type"], c["status"], c["reason"]): c["lastTransitionTime"]
        for c in _all_conditions(obj.get("status"))
    }
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return [
        {
            "type": kind,
            "status": status,
            "reason": reason,
            "message": message,
            "observedGeneration": obj["metadata"].get("generation", 1),
            "lastTransitionTime": since.get((kind, status, reason), now),
        }
        for kind, (status, reason, message) in verdicts.items()
    ]


def _all_conditions(value: Any) -> Iterator[Object]:
    if isinstance(value, dict):
        yield from value.get("conditions") or ()
        for inner in value.values():
            yield from _all_conditions(inner)
    elif isinstance(value, list):
        for inner in value:
            if "type" not in inner:
                yield from _all_conditions(inner)
