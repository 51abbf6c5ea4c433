# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects are owned together: namespaces, credentials and volumes, each apart from the services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from .._apply import ObjectSet
from .._fleet import Fleet
from .._names import NAMESPACE_SET
from .._objects import namespace_objects, store_objects
from .._objects.secrets import placed_secret_objects

__all__ = [
    "SECRETS_SET",
    "STORES_SET",
    "namespace_sets",
    "secret_sets",
    "store_sets",
]

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
