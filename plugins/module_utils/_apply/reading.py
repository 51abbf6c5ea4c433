# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state before: one list per kind and namespace, whatever the number of objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TypeAlias

from .._cluster import ApiError, Client, NotServed, Object, Resource
from . import applyset
from .members import Member, OwnedSet
from .takeover import our_entry
from .world import Key, key_of

FEW = 3
"""Up to so many objects are fetched one by one; for more, a list of the metadata tells first which exist."""
IDS_IN_A_SELECTOR = 10
NAMESPACES_LISTED_SINGLY = 8

Scope: TypeAlias = "tuple[str, str, str | None]"
"""apiVersion, kind, namespace (None: the whole cluster)."""


class Reader:
    """Reads what a run needs to know, the same for applying, removing and inspecting."""

    def __init__(self, client: Client, *, deadline: float) -> None:
        self._client = client
        self._deadline = deadline

    def parents(self, sets: list[OwnedSet]) -> None:
        """Fills in the parents: one request each for a few sets, one list per namespace for many."""
        by_namespace: dict[str, list[OwnedSet]] = defaultdict(list)
        for one in sets:
            by_namespace[one.set.namespace].append(one)
        wanted: list[tuple[OwnedSet, Key]] = []
        for namespace, here in by_namespace.items():
            known: dict[str, Object] = {}
            if len(here) > FEW:
                known = {
                    obj["metadata"]["name"]: obj
                    for obj in self._list(("v1", "ConfigMap", namespace), _IS_PARENT)
                }
            for one in here:
                one.parent = known.get(one.set.name)
                if one.parent is None:
                    wanted.append((one, ("", "ConfigMap", namespace, one.set.name)))
        found = self._named("v1", [key for _one, key in wanted])
        for one, key in wanted:
            one.parent = found.get(key)

    def namespaces(self, names: Iterable[str]) -> dict[str, Object | None]:
        """The Namespace objects by name; a name is missing from the answer where we may not ask."""

        def fetch(name: str) -> tuple[str, Object | None] | None:
            try:
                return name, self._client.get("v1", "Namespace", name, deadline=self._deadline)
            except ApiError as error:
                if error.status == HTTPStatus.FORBIDDEN:  # it will find out by writing
                    return None
                raise

        return dict(answer for answer in self._client.in_parallel(fetch, sorted(set(names))) if answer)

    def members(self, sets: list[OwnedSet], *, absent_namespaces: frozenset[str] = frozenset()) -> None:
        """Fills in each member's live object and each set's leftovers."""
        listed = self._members_by_label(sets, absent_namespaces)
        sought = [
            member
            for one in sets
            for member in one.members
            if not member.unseen
            and not _seen_as_wanted(member, listed)
            and member.wanted["metadata"].get("namespace") not in absent_namespaces
        ]
        by_version: dict[str, list[Member]] = defaultdict(list)
        for member in sought:
            by_version[member.wanted["apiVersion"]].append(member)
        found: dict[Key, Object] = {}
        for version, members in by_version.items():
            found |= self._named(version, [member.key for member in members])
        for one in sets:
            wanted = {member.key for member in one.members}
            for member in one.members:
                member.live = found.get(member.key) or listed.get(member.key)
            one.leftovers = [
                obj for key, obj in listed.items() if key not in wanted and _is_member(obj, one.id)
            ]

    def _members_by_label(self, sets: list[OwnedSet], absent: frozenset[str]) -> dict[Key, Object]:
        scopes: dict[Scope, set[str]] = defaultdict(set)
        for one in sets:
            wanted = {
                member.key[:2]: member.wanted["apiVersion"] for member in one.members if not member.unseen
            }
            for member in one.members:
                if not member.unseen:
                    scopes[(*_version_kind(member.wanted), member.wanted["metadata"].get("namespace"))].add(
                        one.id
                    )
            for text in one.recorded.kinds:
                group_kind = applyset.split_group_kind(text)
                resource = self._served(wanted.get(group_kind), *group_kind)
                if resource is None:
                    continue  # the kind is gone, and its objects with it
                places = one.recorded.namespaces if resource.namespaced else {None}
                for namespace in places:
                    scopes[(resource.api_version, resource.kind, namespace)].add(one.id)
        merged = _merge({scope: ids for scope, ids in scopes.items() if scope[2] not in absent})
        jobs = [(scope, _selector(ids)) for scope, ids in merged.items()]
        lists = self._client.in_parallel(lambda job: self._list(*job), jobs)
        return {key_of(obj): obj for objects in lists for obj in objects}

    def _served(self, wanted_version: str | None, group: str, kind: str) -> Resource | None:
        if wanted_version is not None:
            try:
                return self._client.resource(wanted_version, kind)
            except NotServed:
                return None
        return self._client.served(group, kind)

    def _named(self, api_version: str, keys: list[Key]) -> dict[Key, Object]:
        """The objects of these keys that exist."""
        by_place: dict[tuple[str, str], list[Key]] = defaultdict(list)
        for key in keys:
            by_place[(key[1], key[2])].append(key)
        jobs: list[Callable[[], list[Key]]] = []
        for (kind, namespace), here in by_place.items():
            scope = (api_version, kind, namespace or None)
            jobs.append(lambda scope=scope, here=here: self._existing(scope, here))  # type: ignore[misc]
        existing = [
            key for keys_here in self._client.in_parallel(lambda job: job(), jobs) for key in keys_here
        ]
        objects = self._client.in_parallel(
            lambda key: self._client.get(
                api_version, key[1], key[3], key[2] or None, deadline=self._deadline
            ),
            existing,
        )
        return {key: obj for key, obj in zip(existing, objects, strict=True) if obj is not None}

    def _existing(self, scope: Scope, keys: list[Key]) -> list[Key]:
        if len(keys) <= FEW:
            return keys
        version, kind, namespace = scope
        there = self._client.list(
            version, kind, namespace=namespace, metadata_only=True, deadline=self._deadline
        )
        names = {obj["metadata"]["name"] for obj in there}
        return [key for key in keys if key[3] in names]

    def _list(self, scope: Scope, selector: str) -> list[Object]:
        version, kind, namespace = scope
        return self._client.list(
            version, kind, namespace=namespace, label_selector=selector, deadline=self._deadline
        )


_IS_PARENT = applyset.ID_LABEL


def _seen_as_wanted(member: Member, listed: dict[Key, Object]) -> bool:
    """Seen, and in the version in which it is wanted: two versions of one object do not compare."""
    live = listed.get(member.key)
    return live is not None and live["apiVersion"] == member.wanted["apiVersion"]


def _is_member(obj: Object, set_id: str) -> bool:
    """The label alone does not say it: KServe copies an InferenceService's labels to all that it makes."""
    return applyset.part_of(obj) == set_id and our_entry(obj) is not None


def _version_kind(obj: Object) -> tuple[str, str]:
    return obj["apiVersion"], obj["kind"]


def _merge(scopes: dict[Scope, set[str]]) -> dict[Scope, set[str]]:
    """One list of the whole cluster instead of very many of single namespaces."""
    namespaces: dict[tuple[str, str], int] = defaultdict(int)
    for version, kind, _namespace in scopes:
        namespaces[version, kind] += 1
    merged: dict[Scope, set[str]] = defaultdict(set)
    for (version, kind, namespace), ids in scopes.items():
        single = namespaces[version, kind] <= NAMESPACES_LISTED_SINGLY
        merged[version, kind, namespace if single else None] |= ids
    return merged


def _selector(ids: set[str]) -> str:
    if len(ids) > IDS_IN_A_SELECTOR:
        return applyset.PART_OF_LABEL
    return f"{applyset.PART_OF_LABEL} in ({','.join(sorted(ids))})"
