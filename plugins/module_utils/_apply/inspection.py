# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at a set without changing it: whose it is, what it holds, how it differs from what is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .._cluster import Client, Object
from .._names import MANAGER
from . import applyset
from .clock import deadline_in
from .engine import apply
from .fields import owned_paths
from .members import owned_set
from .model import KEPT, UNCHANGED, Action, ObjectSet
from .reading import Reader
from .takeover import SERVER_MANAGERS
from .world import title


@dataclass(frozen=True, kw_only=True)
class Foreign:
    """A manager besides us that owns fields of a member. Status and the cluster's own controllers are left
    out."""

    object: str
    manager: str
    operation: str
    fields: tuple[str, ...]


@dataclass(kw_only=True)
class Inspection:
    """What was found. ``drift`` holds what an apply of the given objects would change, ``diff`` how."""

    exists: bool
    id: str
    tooling: str = ""
    owned: bool = False
    """Whether it is our tool that keeps the set."""
    members: list[Object] = field(default_factory=list)
    foreign: list[Foreign] = field(default_factory=list)
    drift: list[Action] = field(default_factory=list)
    diff: list[dict[str, str]] = field(default_factory=list)


def inspect(client: Client, wanted: ObjectSet, *, timeout: float = 60) -> Inspection:
    """Reads a set. With ``objects`` it also tells the drift, by a dry run of their apply.

    Raises Refused where those objects could not be applied at all, ClusterError where the cluster cannot be
    read.
    """
    one = owned_set(wanted)
    reader = Reader(client, deadline=deadline_in(timeout))
    reader.parents([one])
    parent = one.parent
    found = Inspection(exists=False, id=one.id)
    if parent is not None and applyset.ID_LABEL in (parent["metadata"].get("labels") or {}):
        found.exists = True
        found.tooling = str(
            (parent["metadata"].get("annotations") or {}).get(applyset.TOOLING_ANNOTATION, "")
        )
        found.owned = found.tooling.partition("/")[0] == MANAGER
        reader.members([one])
        found.members = sorted(one.leftovers, key=title)
        found.foreign = [foreign for obj in found.members for foreign in _foreign(obj)]
    if wanted.objects:
        [outcome] = apply(
            client,
            [wanted],
            check_mode=True,
            force_conflicts=True,  # what another manager made of our fields is drift too
            wait_timeout=timeout,
            show_diff=True,
        )
        found.drift = [action for action in outcome.actions if action.action not in (UNCHANGED, KEPT)]
        found.diff = outcome.diff
    return found


def _foreign(obj: Object) -> Sequence[Foreign]:
    return [
        Foreign(
            object=title(obj),
            manager=entry["manager"],
            operation=entry["operation"],
            fields=tuple(owned_paths(entry.get("fieldsV1") or {})),
        )
        for entry in obj["metadata"].get("managedFields") or ()
        if entry["manager"] != MANAGER
        and entry["manager"] not in SERVER_MANAGERS
        and entry.get("subresource") != "status"
    ]
