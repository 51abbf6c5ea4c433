# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of the API server itself: definitions, namespaces, aggregated APIs."""

from __future__ import annotations

from ..pods import condition
from ..symptoms import symptom
from ..world import Object, World
from .state import State, done, pending, status_of, unmet


def custom_resource_definition(obj: Object, _world: World) -> State:
    names = condition(obj, "NamesAccepted")
    if names.get("status") == "False":
        refused = symptom(
            "NotEstablished",
            obj,
            reason=names.get("reason", ""),
            message=names.get("message", ""),
            since=names.get("lastTransitionTime", ""),
        )
        return unmet(names, "NamesAccepted", symptoms=[refused])
    established = condition(obj, "Established")
    return done("established") if established.get("status") == "True" else unmet(established, "Established")


def namespace(obj: Object, _world: World) -> State:
    phase = status_of(obj).get("phase", "Active")
    return done() if phase == "Active" else pending(f"namespace is {phase}", reason=phase)


def api_service(obj: Object, _world: World) -> State:
    available = condition(obj, "Available")
    return done() if available.get("status") == "True" else unmet(available, "Available")
