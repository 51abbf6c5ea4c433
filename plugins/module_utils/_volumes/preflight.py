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
from .._names import STORE_LABEL
from .._quantities import quantity

Object = Mapping[str, Any]


def preflight(client: Client, objects: Sequence[Object]) -> list[Problem]:
    """Looks at what the claims among the rendered objects need and the objects themselves do not bring."""
    own_volumes = {obj["metadata"]["name"] for obj in objects if obj["kind"] == "PersistentVolume"}
    claims = [obj for obj in objects if obj["kind"] == "PersistentVolumeClaim"]
    by_volume = [claim for claim in claims if claim["spec"].get("volumeName", "") not in {"", *own_volumes}]
    by_class = [claim for claim in claims if claim["spec"].get("storageClassName") and claim not in by_volume]
    problems: list[Problem] = []
    if by_volume:
        volumes = {volume["metadata"]["name"]: volume for volume in client.list("v1", "PersistentVolume")}
        for claim in by_volume:
            problems += volume_problems(claim, volumes)
    if by_class:
        classes = [each["metadata"]["name"] for each in client.list("storage.k8s.io/v1", "StorageClass")]
        for claim in by_class:
            problems += class_problems(claim, classes)
    return problems


def volume_problems(claim: Object, volumes: Mapping[str, Object]) -> Iterator[Problem]:
    """Why the claim would not bind to the existing volume that it names."""
    path = f"llm_stores[{claim['metadata']['labels'][STORE_LABEL]}]"
    wanted = claim["spec"]["volumeName"]
    volume = volumes.get(wanted)
    if volume is None:
        yield _problem(
            f"{path}.pv.existing", f"there is no PersistentVolume {wanted}.", _nearest(wanted, volumes)
        )
        return
    spec = volume["spec"]
    size, capacity = claim["spec"]["resources"]["requests"]["storage"], spec["capacity"]["storage"]
    if quantity(capacity) < quantity(size):
        message = f"{size} are requested, volume {wanted} has {capacity}."
        yield _problem(f"{path}.size", message, f"Write {capacity} or less, or name a larger volume.")
    modes = set(claim["spec"]["accessModes"])
    if not modes <= set(spec["accessModes"]):
        has = ", ".join(spec["accessModes"])
        message = f"volume {wanted} does not offer {', '.join(sorted(modes - set(spec['accessModes'])))}."
        yield _problem(f"{path}.access_modes", message, f"It offers {has}.")
    storage_class = spec.get("storageClassName") or ""
    if storage_class != (claim["spec"].get("storageClassName") or ""):
        message = (
            f"volume {wanted} has the StorageClass {storage_class or '(none)'}, the claim asks for another."
        )
        yield _problem(f"{path}.storage_class", message, f'Write storage_class: "{storage_class}".')
    yield from _taken(claim, volume, path)


def _taken(claim: Object, volume: Object, path: str) -> Iterator[Problem]:
    reference = volume["spec"].get("claimRef") or {}
    ours = (claim["metadata"]["namespace"], claim["metadata"]["name"])
    holder = (reference.get("namespace"), reference.get("name"))
    name = volume["metadata"]["name"]
    if reference and holder != ours:
        message = f"volume {name} belongs to the claim {holder[0]}/{holder[1]}; a volume binds one claim."
        yield _problem(f"{path}.pv.existing", message, "Make one volume per namespace over the same share.")
    elif volume.get("status", {}).get("phase") == "Released":
        message = f"volume {name} is Released: its former claim {ours[0]}/{ours[1]} was deleted."
        hint = f"After checking its data, clear spec.claimRef.uid of PersistentVolume {name}."
        yield _problem(f"{path}.pv.existing", message, hint)


def class_problems(claim: Object, classes: Sequence[str]) -> Iterator[Problem]:
    wanted = claim["spec"]["storageClassName"]
    if wanted not in classes:
        path = f"llm_stores[{claim['metadata']['labels'][STORE_LABEL]}].storage_class"
        yield _problem(path, f"there is no StorageClass {wanted}.", _nearest(wanted, classes))


def _nearest(name: str, present: Iterable[str]) -> str:
    names = sorted(present)
    near = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names) or 'none'}."


def _problem(path: str, message: str, hint: str) -> Problem:
    return Problem(code="V-12", path=path, message=message, hint=hint)
