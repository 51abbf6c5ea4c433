# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes that a user wants in objects of ours, where no option offers them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

from .._cluster import ClusterError, Object


class PatchError(ClusterError):
    """A patch that fits nothing."""


def patched(objects: Sequence[Object], patches: Sequence[Mapping[str, Any]]) -> list[Object]:
    """``{target: {kind, name}, ops: […]}``: JSON patches of the objects that the target names. Raises
    PatchError where a target or a path is not there."""
    made = list(objects)
    for patch in patches:
        target = patch["target"]
        hit = [
            index
            for index, obj in enumerate(made)
            if obj["kind"] == target.get("kind", obj["kind"])
            and obj["metadata"]["name"] == target.get("name", obj["metadata"]["name"])
        ]
        if not hit:
            names = ", ".join(f"{obj['kind']} {obj['metadata']['name']}" for obj in made)
            raise PatchError(f"patches: {target} is none of the objects: {names}")
        for index in hit:
            obj = deepcopy(made[index])
            for operation in patch["ops"]:
                _change(obj, operation)
            made[index] = obj
    return made


def _change(obj: Object, operation: Mapping[str, Any]) -> None:
    steps = [step.replace("~1", "/").replace("~0", "~") for step in operation["path"].split("/")[1:]]
    place: Any = obj
    try:
        for step in steps[:-1]:
            place = place[int(step)] if isinstance(place, list) else place[step]
        _put(place, steps[-1], operation)
    except (KeyError, IndexError, ValueError, TypeError):
        name = f"{obj['kind']} {obj['metadata']['name']}"
        raise PatchError(f"patches: {name} has no {operation['path']} to {operation['op']}") from None


def _put(place: Any, last: str, operation: Mapping[str, Any]) -> None:
    kind, value = operation["op"], operation.get("value")
    if isinstance(place, list):
        index = len(place) if last == "-" else int(last)
        if kind == "add":
            place.insert(index, value)
        elif kind == "replace":
            place[index] = value
        elif kind == "remove":
            del place[index]
        else:
            raise ValueError(kind)
        return
    if kind in ("replace", "remove"):
        del place[last]
    if kind in ("add", "replace"):
        place[last] = value
    elif kind != "remove":
        raise ValueError(kind)
