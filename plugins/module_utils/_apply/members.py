# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of a set on their way to the server, checked and completed before anything is asked of it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._cluster import Client, NotServed, Object
from . import applyset
from .diagnosis import Diagnosis
from .model import ObjectSet, Outcome, problem
from .stages import Stage, is_definition, stage_of
from .world import Key, key_of, title

_SERVER_METADATA = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid")


@dataclass(kw_only=True, eq=False)
class Member:
    """One wanted object, and what is learned about it on the way."""

    owner: OwnedSet
    wanted: Object
    key: Key
    stage: Stage
    live: Object | None = None
    """As the server had it before this run."""
    after: Object | None = None
    """As the server has it now (or, in check mode, would)."""
    takes_over: bool = False
    """First made by client-side apply: its fields are handed over to us."""
    adopted_from: str = ""
    """Whose it was, in words, where the user wants it to be ours: nobody else keeps a field of it."""
    unseen: str = ""
    """Why the server cannot be asked about it yet in check mode: its kind or namespace comes with this run.
    """

    @property
    def title(self) -> str:
        return title(self.wanted)


@dataclass(kw_only=True, eq=False)
class OwnedSet:
    """One set of the run with everything known about it."""

    set: ObjectSet
    id: str
    outcome: Outcome
    parent: Object | None = None
    members: list[Member] = field(default_factory=list)
    leftovers: list[Object] = field(default_factory=list)
    """Live members that are not wanted any more."""

    @property
    def recorded(self) -> applyset.Extent:
        """How far the set reached before this run."""
        if self.parent is not None:
            return applyset.Extent.recorded(self.parent)
        return applyset.Extent(namespaces=frozenset({self.set.namespace}))

    @property
    def wanted_extent(self) -> applyset.Extent:
        return applyset.Extent.of(member.wanted for member in self.members)

    def fail(self, diagnosis: Diagnosis) -> None:
        self.outcome.diagnosis.append(diagnosis)

    @property
    def failed(self) -> bool:
        return bool(self.outcome.diagnosis)


def owned_set(wanted: ObjectSet) -> OwnedSet:
    return OwnedSet(
        set=wanted,
        id=applyset.set_id(wanted.name, wanted.namespace),
        outcome=Outcome(name=wanted.name, namespace=wanted.namespace),
    )


def enlist(client: Client, sets: Sequence[ObjectSet]) -> tuple[list[OwnedSet], list[Diagnosis]]:
    """Turns wanted sets into members: every object checked, completed, and resolved to how it is served."""
    problems: list[Diagnosis] = []
    scopes = _scopes_that_come_along(sets)
    owned = [owned_set(one) for one in sets]
    taken: dict[Key, str] = {
        (
            "",
            applyset.PARENT_KIND,
            one.set.namespace,
            one.set.name,
        ): f"the set {_name(one.set)} itself (its parent)"
        for one in owned
    }
    for one in owned:
        for index, obj in enumerate(one.set.objects):
            faults = _faults(obj, where=f"{_name(one.set)} objects[{index}]")
            problems += faults
            if faults:
                continue
            wanted = _completed(obj)
            try:
                namespaced, unseen = client.resource(obj["apiVersion"], obj["kind"]).namespaced, ""
            except NotServed as error:
                scope = scopes.get(_group_kind(obj))
                if scope is None:
                    problems.append(problem("NotServed", title(wanted), str(error), _NOT_SERVED_HINT))
                    continue
                namespaced, unseen = scope == "Namespaced", "its kind comes with this run"
            if namespaced:
                wanted["metadata"].setdefault("namespace", one.set.namespace)
            else:
                wanted["metadata"].pop("namespace", None)
            key = key_of(wanted)
            if key in taken:
                problems.append(
                    problem(
                        "Duplicate",
                        title(wanted),
                        f"is also an object of {taken[key]}.",
                        "Keep it in one place.",
                    )
                )
                continue
            taken[key] = f"the set {_name(one.set)}"
            wanted["metadata"].setdefault("labels", {})[applyset.PART_OF_LABEL] = one.id
            member = Member(owner=one, wanted=wanted, key=key, stage=stage_of(wanted), unseen=unseen)
            one.members.append(member)
    return owned, problems


_NOT_SERVED_HINT = "Check apiVersion and kind, or put the CustomResourceDefinition into the same set."


def _name(wanted: ObjectSet) -> str:
    return f"{wanted.namespace}/{wanted.name}"


def _group_kind(obj: Mapping[str, Any]) -> tuple[str, str]:
    return obj["apiVersion"].rpartition("/")[0], obj["kind"]


def _scopes_that_come_along(sets: Sequence[ObjectSet]) -> dict[tuple[str, str], str]:
    """Scope by group and kind of what the CustomResourceDefinitions among the objects define."""
    return {
        (obj["spec"]["group"], obj["spec"]["names"]["kind"]): obj["spec"]["scope"]
        for one in sets
        for obj in one.objects
        if not _faults(obj, where="") and is_definition(obj)
    }


def _faults(obj: Any, *, where: str) -> list[Diagnosis]:
    """What keeps it from being an object that can be owned by name."""
    if not isinstance(obj, dict):
        return [
            problem(
                "InvalidSpec", where, f"is a {type(obj).__name__}.", "Write one Kubernetes object, a mapping."
            )
        ]
    metadata = obj.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    name = metadata.get("name")
    where = f"{where} ({obj.get('kind') or 'no kind'} {name or 'without a name'})"
    faults = [
        problem("InvalidSpec", where, f"{key} is missing.", f"Give {key}, a text.")
        for key, value in (
            ("apiVersion", obj.get("apiVersion")),
            ("kind", obj.get("kind")),
            ("metadata.name", name),
        )
        if not isinstance(value, str) or not value
    ]
    if not name and metadata.get("generateName"):
        faults[-1:] = [
            problem(
                "InvalidSpec",
                where,
                "has generateName.",
                "Give it metadata.name: only a name can be applied twice.",
            )
        ]
    return faults


def _completed(obj: Object) -> Object:
    """A copy less what belongs to the server, Secret texts in the one form in which the server keeps them."""
    wanted = {key: value for key, value in obj.items() if key != "status"}
    wanted["metadata"] = {key: value for key, value in obj["metadata"].items() if key not in _SERVER_METADATA}
    for part in ("labels", "annotations"):
        if part in wanted["metadata"]:
            wanted["metadata"][part] = dict(wanted["metadata"][part] or {})
    if (obj["apiVersion"], obj["kind"]) == ("v1", "Secret") and "stringData" in wanted:
        clear = wanted.pop("stringData") or {}
        encoded = {key: base64.b64encode(str(value).encode()).decode() for key, value in clear.items()}
        wanted["data"] = {**(wanted.get("data") or {}), **encoded}
    return wanted
