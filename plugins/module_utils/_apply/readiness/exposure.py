# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands in front of services: a Route is admitted, a policy is enforced by the gateway of its route."""

from __future__ import annotations

from typing import Any

from ..symptoms import symptom
from ..world import Object, World
from .state import State, done, pending, status_of, unmet


def route(obj: Object, _world: World) -> State:
    """A Route of OpenShift: one router that admits it is enough."""
    verdicts = _conditions(status_of(obj).get("ingress"), "Admitted")
    if any(verdict.get("status") == "True" for verdict in verdicts):
        return done()
    return _refused(obj, verdicts[-1]) if verdicts else pending("no router has admitted it yet")


def policy(obj: Object, _world: World) -> State:
    """A policy of Envoy Gateway. One that nobody speaks of protects nothing: its target is missing, or the
    gateway is somebody else's."""
    verdicts = _conditions(status_of(obj).get("ancestors"), "Accepted")
    if not verdicts:
        return pending("no Envoy Gateway has taken it yet")
    refused = [verdict for verdict in verdicts if verdict.get("status") != "True"]
    return _refused(obj, refused[0]) if refused else done()


def _conditions(entries: Any, name: str) -> list[dict[str, Any]]:
    return [
        one for entry in entries or () for one in entry.get("conditions") or () if one.get("type") == name
    ]


def _refused(obj: Object, verdict: dict[str, Any]) -> State:
    rejected = symptom(
        "RouteRejected",
        obj,
        reason=verdict.get("reason", ""),
        message=f"{verdict['type']} is {verdict.get('status')}: {verdict.get('message', '')}",
        since=verdict.get("lastTransitionTime", ""),
    )
    return unmet(verdict, verdict["type"], symptoms=[rejected])
