# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the volumes that claims name can be bound: an error now instead of Pending for ever."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._cluster import Client
from .._fleet import Problem
from .._quantities import quantity
from .finding import found
from .released import RELEASED, holder, place

Object = Mapping[str, Any]


def preflight(client: Client, objects: Sequence[Object], *, rebind: bool = False) -> list[Problem]:
    """Looks at what the claims among the rendered objects need and the objects themselves do not bring. With
    *rebind* a volume whose claim was deleted is no problem."""
    own_volumes = {obj["metadata"]["name"] for obj in objects if obj["kind"] == "PersistentVolume"}
    claims = [obj for obj in objects if obj["kind"] == "PersistentVolumeClaim"]
    by_volume = [claim for claim in claims if claim["spec"].get("volumeName")]
    by_class = [claim for claim in claims if claim["spec"].get("storageClassName") and claim not in by_volume]
    problems: list[Problem] = []
    if by_volume:
        volumes = {volume["metadata"]["name"]: volume for volume in client.list("v1", "PersistentVolume")}
        for claim in by_volume:
            if claim["spec"]["volumeName"] not in own_volumes:
                problems += volume_problems(claim, volumes)
            if volume := volumes.get(claim["spec"]["volumeName"]):
                problems += taken(claim, volume, rebind=rebind)
    if by_class:
        classes = [each["metadata"]["name"] for each in client.list("storage.k8s.io/v1", "StorageClass")]
        for claim in by_class:
            problems += class_problems(claim, classes)
    return problems


def volume_problems(claim: Object, volumes: Mapping[str, Object]) -> Iterator[Problem]:
    """Why the claim would not fit the existing volume that it names."""
    wanted = claim["spec"]["volumeName"]
    volume = volumes.get(wanted)
    if volume is None:
        message = f"there is no PersistentVolume {wanted}."
        yield found(claim, "pv.existing", message, _nearest(wanted, volumes))
        return
    spec = volume["spec"]
    size, capacity = claim["spec"]["resources"]["requests"]["storage"], spec["capacity"]["storage"]
    if quantity(capacity) < quantity(size):
        message = f"{size} are requested, volume {wanted} has {capacity}."
        yield found(claim, "size", message, f"Write {capacity} or less, or name a larger volume.")
    modes = set(claim["spec"]["accessModes"])
    if not modes <= set(spec["accessModes"]):
        has = ", ".join(spec["accessModes"])
        message = f"volume {wanted} does not offer {', '.join(sorted(modes - set(spec['accessModes'])))}."
        yield found(claim, "access_modes", message, f"It offers {has}.")
    storage_class = spec.get("storageClassName") or ""
    if storage_class != (claim["spec"].get("storageClassName") or ""):
        message = (
            f"volume {wanted} has the StorageClass {storage_class or '(none)'}, the claim asks for another."
        )
        yield found(claim, "storage_class", message, f'Write storage_class: "{storage_class}".')


def taken(claim: Object, volume: Object, *, rebind: bool = False) -> Iterator[Problem]:
    """Why the volume that the claim names would not take it, though it fits."""
    name, ours = volume["metadata"]["name"], "/".join(place(claim))
    former = "/".join(holder(volume))
    if volume["spec"].get("claimRef") and former != ours:
        message = f"volume {name} belongs to the claim {former}; a volume binds one claim."
        yield found(claim, "pv", message, "Make one volume per namespace over the same share.")
    elif volume.get("status", {}).get("phase") == RELEASED and not rebind:
        message = f"volume {name} is Released: its former claim {ours} was deleted."
        yield found(claim, "pv", message, "After checking its data, set rebind_released: true.")


def class_problems(claim: Object, classes: Sequence[str]) -> Iterator[Problem]:
    wanted = claim["spec"]["storageClassName"]
    if wanted not in classes:
        message = f"there is no StorageClass {wanted}."
        yield found(claim, "storage_class", message, _nearest(wanted, classes))


def _nearest(name: str, present: Iterable[str]) -> str:
    names = sorted(present)
    near = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names) or 'none'}."
