# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what will be applied, awaited and removed to the rights that it takes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from .._apply import ObjectSet
from .._apply.readiness import EVIDENCE_KINDS, child_kinds, waits_for
from .._apply.reading import NAMESPACES_LISTED_SINGLY
from .._apply.stages import is_definition
from .._cluster import ApiError, Client, NotServed, Object
from .right import RBAC, Right, Rights

OWNED = ("get", "list", "watch", "create", "patch", "delete")
"""What is done with the kinds of a set: applied, awaited, pruned."""
PARENT = ("get", "list", "create", "patch", "delete")
WATCHED = ("list", "watch")
ROLES = {"ClusterRole": "clusterroles", "Role": "roles"}

Kind = tuple[str, str, bool]
"""API group, plural, and whether its objects are in namespaces."""


def for_sets(client: Client, sets: Sequence[ObjectSet]) -> Rights:
    """For applying, awaiting and removing these sets. Rights in a namespace that comes with them can only be
    had everywhere."""
    objects = [obj for one in sets for obj in one.objects]
    coming = _missing_namespaces(client, objects)
    kinds = _Kinds(client, objects)
    used: set[Right] = set()
    given: set[Right] = set()
    for one in sets:
        home = _place(one.namespace, coming)
        used |= _rights(("", "configmaps", True), PARENT, home)
        places = {home, *(_place(obj["metadata"].get("namespace") or home, coming) for obj in one.objects)}
        for obj in one.objects:
            place = _place(obj["metadata"].get("namespace") or one.namespace, coming)
            if kind := kinds.of(obj):
                used |= _rights(kind, OWNED, place)
                used |= {right for other in places for right in _rights(kind, ("list",), other)}
            if waits_for(obj) and kind and kind[2]:
                for version, name in (*child_kinds(obj), *EVIDENCE_KINDS):
                    used |= on_kind(client, version, name, WATCHED, place).used
            if is_definition(obj):  # what is still in use is not deleted
                used.add(Right("list", obj["spec"]["group"], obj["spec"]["names"]["plural"]))
            given |= set(_given(obj, place, objects))
    return Rights(used=frozenset(used | _everywhere(used)), given=frozenset(given))


def on_kind(
    client: Client,
    api_version: str,
    kind: str,
    verbs: Sequence[str],
    place: str = "",
    *,
    defined_by: Sequence[Object] = (),
) -> Rights:
    """These verbs on a kind; nothing where it neither is served nor comes with these definitions."""
    found = _Kinds(client, defined_by).of({"apiVersion": api_version, "kind": kind})
    return Rights(used=frozenset(_rights(found, verbs, place))) if found else Rights()


class _Kinds:
    """How the kinds of objects are served, those too whose definitions come along."""

    def __init__(self, client: Client, objects: Iterable[Object]) -> None:
        self._client = client
        self._coming: dict[tuple[str, str], Kind] = {
            (spec["group"], spec["names"]["kind"]): (
                spec["group"],
                spec["names"]["plural"],
                spec["scope"] == "Namespaced",
            )
            for spec in (obj["spec"] for obj in objects if is_definition(obj))
        }

    def of(self, obj: Object) -> Kind | None:
        if coming := self._coming.get((obj["apiVersion"].rpartition("/")[0], obj["kind"])):
            return coming
        try:
            found = self._client.resource(obj["apiVersion"], obj["kind"])
        except NotServed:
            return None  # the walk itself refuses it, with a better word
        return found.group, found.plural, found.namespaced


def _rights(kind: Kind, verbs: Iterable[str], place: str) -> set[Right]:
    group, plural, namespaced = kind
    return {Right(verb, group, plural, place if namespaced else "") for verb in verbs}


def _everywhere(used: Iterable[Right]) -> set[Right]:
    """Of a kind in many namespaces all objects are listed at once."""
    places: dict[tuple[str, str], set[str]] = defaultdict(set)
    for right in used:
        if right.verb == "list" and right.namespace:
            places[right.group, right.resource].add(right.namespace)
    return {
        Right("list", group, resource)
        for (group, resource), found in places.items()
        if len(found) > NAMESPACES_LISTED_SINGLY
    }


def _missing_namespaces(client: Client, objects: Iterable[Object]) -> set[str]:
    names = {
        obj["metadata"]["name"] for obj in objects if (obj["apiVersion"], obj["kind"]) == ("v1", "Namespace")
    }
    return {name for name in names if is_missing(client, name)}


def is_missing(client: Client, namespace: str) -> bool:
    """Where that may not be read, the namespace is taken to be there: it will be told that it may not."""
    try:
        return client.get("v1", "Namespace", namespace) is None
    except ApiError as error:
        if error.status != HTTPStatus.FORBIDDEN:
            raise
        return False


def _place(namespace: str, coming: set[str]) -> str:
    return "" if namespace in coming else namespace


def _given(obj: Object, place: str, objects: Sequence[Object]) -> Iterator[Right]:
    """What roles and bindings give away."""
    if obj["apiVersion"].rpartition("/")[0] != RBAC:
        return
    here = place if obj["kind"] in ("Role", "RoleBinding") else ""
    if obj["kind"] in ROLES:
        for rule in obj.get("rules") or ():
            yield from _of_rule(rule, here)
        if obj.get("aggregationRule"):  # its rules are whatever others will label
            yield Right("escalate", RBAC, ROLES[obj["kind"]], here, obj["metadata"]["name"])
        return
    role = obj["roleRef"]
    known = any(one["kind"] == role["kind"] and one["metadata"]["name"] == role["name"] for one in objects)
    if not known:
        yield Right("bind", RBAC, ROLES[role["kind"]], here, role["name"])


def _of_rule(rule: Mapping[str, Any], place: str) -> Iterator[Right]:
    for verb in rule.get("verbs") or ():
        for path in rule.get("nonResourceURLs") or ():
            yield Right(verb, "", path)
        for group in rule.get("apiGroups") or ():
            for resource in rule.get("resources") or ():
                for name in rule.get("resourceNames") or ("",):
                    yield Right(verb, group, resource, place, name)
