# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sets are in the cluster, known by their parents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._cluster import Client
from .applyset import ID_LABEL, set_id
from .model import ObjectSet


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
