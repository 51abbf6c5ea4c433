# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Claims and volumes."""

from __future__ import annotations

from ..symptoms import symptom
from ..world import Object, World
from .state import State, done, pending, status_of


def claim(obj: Object, world: World) -> State:
    """A claim that binds with its first pod is fine without one; the pod then speaks for both."""
    phase = status_of(obj).get("phase", "Pending")
    if phase == "Bound":
        return done("bound")
    if phase == "Lost":
        lost = symptom("VolumePending", obj, reason="Lost", message="The volume of this claim is gone.")
        return pending("lost its volume", reason="Lost", symptoms=[lost])
    waits = any(event.get("reason") == "WaitForFirstConsumer" for event in world.events_of(obj))
    if waits or obj["spec"].get("storageClassName") in world.late_binding:
        return done("bound with its first pod")
    return pending("not bound", reason=phase)


def volume(obj: Object, _world: World) -> State:
    phase = status_of(obj).get("phase", "Pending")
    if phase in ("Available", "Bound"):
        return done()
    return pending(f"volume is {phase}", reason=phase)
