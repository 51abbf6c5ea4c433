# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects are owned together: namespaces, credentials and volumes, each apart from the services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from .._apply import ObjectSet
from .._apply.applyset import ID_LABEL, set_id
from .._cluster import Client
from .._fleet import Fleet
from .._objects import namespace_objects, store_objects
from .._objects.secrets import placed_secret_objects
from .report import finish

__all__ = [
    "SECRETS_SET",
    "STORES_SET",
    "finish",
    "namespace_sets",
    "secret_sets",
    "store_sets",
    "vacant",
    "worth_applying",
]

NAMESPACE_SET = "inferops-namespace"
SECRETS_SET = "inferops-secrets"
STORES_SET = "inferops-stores"


def namespace_sets(fleet: Fleet) -> list[ObjectSet]:
    """One set per namespace, inside it, so that a namespace goes only with everything of ours in it."""
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for obj in namespace_objects(fleet):
        grouped[obj["metadata"].get("namespace") or obj["metadata"]["name"]].append(obj)
    return [
        ObjectSet(name=NAMESPACE_SET, namespace=namespace, objects=objects)
        for namespace, objects in grouped.items()
    ]


def secret_sets(fleet: Fleet) -> list[ObjectSet]:
    placed = (each for secret in fleet.secrets.values() for each in placed_secret_objects(fleet, secret))
    return _by_namespace(fleet, SECRETS_SET, placed)


def store_sets(fleet: Fleet, *, purge: bool = False) -> list[ObjectSet]:
    """Volumes go with the claims that they are reserved for."""
    objects = [obj for store in fleet.stores.values() for obj in store_objects(fleet, store)]
    placed = ((_home(obj), obj) for obj in objects)
    return _by_namespace(fleet, STORES_SET, placed, purge=purge)


def worth_applying(client: Client, sets: Iterable[ObjectSet]) -> list[ObjectSet]:
    """Sets with objects, and empty ones that are in the cluster and so have something to prune."""
    sets = list(sets)
    if all(one.objects for one in sets):
        return sets
    places = {one.namespace for one in sets if not one.objects}
    present = {found for _namespace, found in _parents(client, places)}
    return [one for one in sets if one.objects or set_id(one.name, one.namespace) in present]


def vacant(
    client: Client, sets: Iterable[ObjectSet], *, leaving: Iterable[ObjectSet] = ()
) -> list[ObjectSet]:
    """Sets of namespaces in which nothing else of ours is left, so that the namespace may go too.

    *leaving* names sets that are removed too, and in check mode are still there.
    """
    wanted = {set_id(one.name, one.namespace): one for one in sets}
    if not wanted:
        return []
    gone = {set_id(one.name, one.namespace) for one in leaving}
    ids = _parents(client, {one.namespace for one in wanted.values()})
    occupied = {namespace for namespace, found in ids if found not in wanted and found not in gone}
    return [one for one in wanted.values() if one.namespace not in occupied]


def _parents(client: Client, namespaces: Iterable[str]) -> set[tuple[str, str]]:
    """Namespace and id of the sets there: asked namespace by namespace, which takes no right in any other."""

    def look(namespace: str) -> list[dict[str, Any]]:
        return client.list(
            "v1", "ConfigMap", namespace=namespace, label_selector=ID_LABEL, metadata_only=True
        )

    found = client.in_parallel(look, sorted(set(namespaces)))
    return {
        (parent["metadata"]["namespace"], parent["metadata"]["labels"][ID_LABEL])
        for parents in found
        for parent in parents
    }


def _by_namespace(
    fleet: Fleet, name: str, placed: Iterable[tuple[str, dict[str, Any]]], *, purge: bool = False
) -> list[ObjectSet]:
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for namespace in sorted(_namespaces(fleet)):
        grouped[namespace] = []
    for namespace, obj in placed:
        grouped[namespace].append(obj)
    return [
        ObjectSet(name=name, namespace=namespace, objects=objects, purge=purge)
        for namespace, objects in grouped.items()
    ]


def _namespaces(fleet: Fleet) -> set[str]:
    return {service.namespace for service in fleet.services} | {one.name for one in fleet.cluster.namespaces}


def _home(obj: dict[str, Any]) -> str:
    namespace: str = obj["metadata"].get("namespace") or obj["spec"]["claimRef"]["namespace"]
    return namespace
