# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gateway API: a gateway is programmed; a route is accepted by each of its parents and finds all that it
names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..pods import condition
from ..symptoms import symptom
from ..world import Object, World
from .state import State, done, pending, status_of, unmet


def gateway(obj: Object, _world: World) -> State:
    programmed = condition(obj, "Programmed")
    if not _current(obj, programmed):
        return pending("not seen by its controller yet")
    return done() if programmed.get("status") == "True" else unmet(programmed, "Programmed")


def route(obj: Object, _world: World) -> State:
    parents = obj["spec"].get("parentRefs") or ()
    verdicts = list(_verdicts(obj))
    if len({verdict[0] for verdict in verdicts}) < len(parents):
        return pending("no gateway has taken it yet")
    for _parent, one in verdicts:
        if not _current(obj, one):
            return pending("not seen by its gateway yet")
        if one.get("status") != "True":
            rejected = symptom(
                "RouteRejected",
                obj,
                reason=one.get("reason", ""),
                message=f"{one['type']} is {one.get('status')}: {one.get('message', '')}",
                since=one.get("lastTransitionTime", ""),
            )
            return unmet(one, one["type"], symptoms=[rejected])
    return done()


def _verdicts(obj: Object) -> Iterator[tuple[str, dict[str, Any]]]:
    """Parent and condition, for what decides about a route."""
    for parent in status_of(obj).get("parents") or ():
        for one in parent.get("conditions") or ():
            if one.get("type") in ("Accepted", "ResolvedRefs"):
                yield repr(sorted((parent.get("parentRef") or {}).items())), one


def _current(obj: Object, one: dict[str, Any]) -> bool:
    return bool(one) and one.get("observedGeneration", 0) >= obj["metadata"].get("generation", 0)
