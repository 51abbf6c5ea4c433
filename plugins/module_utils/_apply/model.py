# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes into the engine and what comes out of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from .._cluster import ClusterError, Object
from .diagnosis import Diagnosis

CREATED = "created"
CONFIGURED = "configured"
RECREATED = "recreated"
UNCHANGED = "unchanged"
PRUNED = "pruned"
DELETED = "deleted"
KEPT = "kept"

IN_CHECK_MODE = {
    CREATED: "would-create",
    CONFIGURED: "would-configure",
    RECREATED: "would-recreate",
    PRUNED: "would-prune",
    DELETED: "would-delete",
}
"""What an action is called when nothing was written."""


@dataclass(frozen=True, kw_only=True)
class ObjectSet:
    """Objects that belong together and are owned together.

    ``name`` and ``namespace`` are those of the set's parent, a ConfigMap. Namespaced objects without a
    namespace get the set's. ``purge`` allows that volume claims and volumes are deleted with the set or when
    they are left out of it; otherwise they, and the data in them, stay.
    """

    name: str
    namespace: str
    objects: Sequence[Object] = ()
    purge: bool = False
    recreate: frozenset[str] = frozenset()
    """Kinds of this set that are deleted and created again where a field cannot be changed."""


@dataclass(frozen=True, kw_only=True)
class Action:
    """What happened, or would happen, to one object. ``note`` says why where that is not plain."""

    api_version: str
    kind: str
    namespace: str | None
    name: str
    action: str
    note: str = ""

    @classmethod
    def on(cls, obj: Object, action: str, *, check_mode: bool, note: str = "") -> Action:
        return cls(
            api_version=obj["apiVersion"],
            kind=obj["kind"],
            namespace=obj["metadata"].get("namespace"),
            name=obj["metadata"]["name"],
            action=IN_CHECK_MODE.get(action, action) if check_mode else action,
            note=note,
        )

    @property
    def changes(self) -> bool:
        return self.action not in (UNCHANGED, KEPT)


@dataclass(kw_only=True)
class Outcome:
    """What became of one set. It failed when there is a diagnosis."""

    name: str
    namespace: str
    changed: bool = False
    actions: list[Action] = field(default_factory=list)
    diagnosis: list[Diagnosis] = field(default_factory=list)
    diff: list[dict[str, str]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    duration: dict[str, float] = field(default_factory=dict)
    """Seconds by phase, of the whole run that this set was part of."""

    def record(self, action: Action) -> None:
        self.actions.append(action)
        self.changed = self.changed or action.changes


class Refused(ClusterError):
    """What was asked for cannot be done without harm. Nothing was written. Holds every reason, not only the
    first."""

    def __init__(self, diagnosis: Sequence[Diagnosis]) -> None:
        self.diagnosis = list(diagnosis)
        super().__init__(
            "\n".join(f"{one.object}: {one.message} {one.hint}".rstrip() for one in self.diagnosis)
        )


def problem(code: str, where: str, message: str, hint: str, **facts: Any) -> Diagnosis:
    """A diagnosis of something that is wrong before any controller has seen it."""
    return Diagnosis(code=code, object=where, message=message, hint=hint, **facts)
