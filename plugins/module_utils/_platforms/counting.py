# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many copies of several pods objects ask for, and the same objects with another number.

Read from the objects alone, because a revision has nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .leader_workers import copy_of, is_leader, numbered
from .lws import KIND

Object = dict[str, Any]


def counting(objects: Iterable[Object]) -> list[Object]:
    """Those whose replicas tell it: a LeaderWorkerSet, or the leader of each copy."""
    return [obj for obj in objects if obj["kind"] == KIND or is_leader(obj)]


def number(objects: Sequence[Object], found: Iterable[Object | None]) -> int:
    """How many copies *found* asks for: the counting ones of *objects*, or what became of them."""
    replicas = sum(obj["spec"].get("replicas", 1) for obj in found if obj is not None)
    return int(replicas) // max(1, sum(place == 1 for place in _places(objects).values()))


def with_number(objects: Iterable[Object], wanted: int) -> list[Object]:
    """The first copies of each product; none of them and no Job before them where the number is 0."""
    given = list(objects)
    places = _places(given)
    kept = [obj for obj in given if _place(places, obj) <= max(1, wanted)]
    if wanted == 0:
        kept = [obj for obj in kept if obj["kind"] != "Job"]
    return [_counted(obj, wanted) for obj in kept]


def _counted(obj: Object, wanted: int) -> Object:
    if obj["kind"] == KIND:
        return {**obj, "spec": {**obj["spec"], "replicas": wanted}}
    if wanted == 0 and copy_of(obj):
        return {**obj, "spec": {**obj["spec"], "replicas": 0}}
    return obj


def _place(places: Mapping[str, int], obj: Object) -> int:
    return places.get(copy_of(obj) or "", 1)


def _places(objects: Iterable[Object]) -> dict[str, int]:
    """Each copy's place among those of its product, which its name tells: the first has no number."""
    places: dict[str, int] = {}
    first, place = "", 0
    for name in dict.fromkeys(filter(None, map(copy_of, objects))):
        if name == numbered(first, place + 1):
            place += 1
        else:
            first, place = name, 1
        places[name] = place
    return places
