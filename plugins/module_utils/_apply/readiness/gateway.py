# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gateway API: a gateway is programmed; a route is accepted by each of its parents and finds all that it
names; a pool is accepted by each gateway that has a route to it."""

from __future__ import annotations

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
    """Each parent must have taken it. A controller that served the gateway before may have left its word
    behind, so one contented controller per parent is enough."""
    verdicts = _verdicts(obj)
    if len(verdicts) < len(obj["spec"].get("parentRefs") or ()):
        return pending("no gateway has taken it yet")
    return _unanimous(obj, verdicts)


def inference_pool(obj: Object, _world: World) -> State:
    """Without a parent no route leads to it, and nobody says anything about it."""
    return _unanimous(obj, _verdicts(obj))


Verdicts = list[list[list[dict[str, Any]]]]
"""For each parent, what each of its controllers says."""


def _verdicts(obj: Object) -> Verdicts:
    by_parent: dict[str, list[list[dict[str, Any]]]] = {}
    for parent in status_of(obj).get("parents") or ():
        name = repr(sorted((parent.get("parentRef") or {}).items()))
        by_parent.setdefault(name, []).append(_deciding(parent))
    return list(by_parent.values())


def _unanimous(obj: Object, verdicts: Verdicts) -> State:
    for of_parent in verdicts:
        if not any(_content(obj, verdict) for verdict in of_parent):
            return _discontent(obj, of_parent[-1])
    return done()


def _deciding(parent: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in parent.get("conditions") or () if one.get("type") in ("Accepted", "ResolvedRefs")]


def _content(obj: Object, verdict: list[dict[str, Any]]) -> bool:
    return bool(verdict) and all(_current(obj, one) and one.get("status") == "True" for one in verdict)


def _discontent(obj: Object, verdict: list[dict[str, Any]]) -> State:
    bad = next((one for one in verdict if _current(obj, one) and one.get("status") != "True"), None)
    if bad is None:
        return pending("not seen by its gateway yet")
    rejected = symptom(
        "RouteRejected",
        obj,
        reason=bad.get("reason", ""),
        message=f"{bad['type']} is {bad.get('status')}: {bad.get('message', '')}",
        since=bad.get("lastTransitionTime", ""),
    )
    return unmet(bad, bad["type"], symptoms=[rejected])


def _current(obj: Object, one: dict[str, Any]) -> bool:
    return bool(one) and one.get("observedGeneration", 0) >= obj["metadata"].get("generation", 0)
