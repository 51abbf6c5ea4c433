# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the claims of the inventory's stores are in the cluster and have their volume."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._cluster import Client
from .._fleet import Fleet, Problem, Store
from .._fleet.records.stores import VOLUMES
from .._stores.volume import claim_name, claim_namespaces


def claim_faults(client: Client, fleet: Fleet, *, existing_only: bool = False) -> list[Problem]:
    """What is wrong with the claims; with *existing_only* with those that it does not make."""
    stores = [
        store
        for store in fleet.stores.values()
        if store.kind in VOLUMES and (store.size is None or not existing_only)
    ]
    places = [(store, namespace) for store in stores for namespace in claim_namespaces(fleet, store)]

    def look(place: tuple[Store, str]) -> list[Problem]:
        store, namespace = place
        live = client.get("v1", "PersistentVolumeClaim", claim_name(store), namespace)
        return list(_faults(store, namespace, live))

    return [problem for found in client.in_parallel(look, places) for problem in found]


def _faults(store: Store, namespace: str, live: Mapping[str, Any] | None) -> Iterator[Problem]:
    path, claim = f"llm_stores[{store.name}]", f"{namespace}/{claim_name(store)}"
    if live is None:
        hint = (
            "Give size, and it is made; or create it." if store.size is None else "Run without mode: verify."
        )
        yield _problem(path, f"there is no PersistentVolumeClaim {claim}.", hint)
        return
    phase = live.get("status", {}).get("phase", "Pending")
    if phase != "Bound" and not _waits_for_a_pod(live):
        yield _problem(
            path, f"claim {claim} is {phase}, not Bound.", "kubectl describe tells what it waits for."
        )
    lacking = set(store.access_modes) - set(live["spec"].get("accessModes") or ())
    if lacking:
        has = ", ".join(live["spec"]["accessModes"])
        yield _problem(
            f"{path}.access_modes", f"claim {claim} does not have {', '.join(lacking)}.", f"It has {has}."
        )


def _waits_for_a_pod(live: Mapping[str, Any]) -> bool:
    """Classes with WaitForFirstConsumer bind a claim when its first pod comes."""
    return bool(live["spec"].get("storageClassName")) and not live["spec"].get("volumeName")


def _problem(path: str, message: str, hint: str) -> Problem:
    return Problem(code="V-12", path=path, message=message, hint=hint)
