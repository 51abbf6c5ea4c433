# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rights that writing and looking at the volumes of an inventory takes, no more."""

from __future__ import annotations

from .._cluster import Client
from .._fleet import Fleet
from .._fleet.records.stores import VOLUMES
from .._rights import Rights, for_sets, on_kind
from .._sets import namespace_sets, store_sets
from .._stores.volume import claim_namespaces


def rights(client: Client, fleet: Fleet, *, rebind: bool = False) -> Rights:
    """With *rebind* those too that it takes to free volumes which are not ours."""
    sets = [*namespace_sets(fleet), *store_sets(fleet)]
    needed = for_sets(client, sets)
    claims = [obj for one in sets for obj in one.objects if obj["kind"] == "PersistentVolumeClaim"]
    if claims:
        needed |= on_kind(client, "storage.k8s.io/v1", "StorageClass", ("list",))
    if any(claim["spec"].get("volumeName") for claim in claims):
        needed |= on_kind(client, "v1", "PersistentVolume", ("list", "patch") if rebind else ("list",))
    volumes = [store for store in fleet.stores.values() if store.kind in VOLUMES]
    for place in {place for store in volumes for place in claim_namespaces(fleet, store)}:
        needed |= on_kind(client, "v1", "PersistentVolumeClaim", ("get",), place)
    return needed
