# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The canary of a service: the same entry with a few keys that differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .build import Builder
from .presets import Merged
from .problem import Problem
from .records import Service

SUFFIX = "-canary"
SHARED = ("name", "namespace", "platform", "state", "expose", "rollout")
"""Keys of the service as a whole."""


def canary_of(service: Service, entry: Mapping[str, Any], path: str) -> tuple[Service | None, list[Problem]]:
    """The canary as a service of its own, and what is wrong with the keys that differ."""
    canary = service.rollout.canary
    if canary is None:
        return None, []
    place = f"{path}.rollout.canary.overrides"
    overrides = {key: value for key, value in canary.overrides.items() if key not in SHARED}
    problems = [_shared(f"{place}.{key}", service.name) for key in canary.overrides if key not in overrides]
    merged = Merged({**_merged(entry, overrides), "name": f"{service.name}{SUFFIX}"}, place)
    builder = Builder()
    made = builder.record(Service, merged.values, place)
    own = tuple(f"{place}.{key}" for key in overrides)
    problems += [each for each in (*merged.problems, *builder.problems) if each.path.startswith(own)]
    if made is None:
        return None, problems
    rollout = replace(made.rollout, canary=None)
    # An objective or a rewrite belongs to one pool of pods, by a name that clients know.
    router = replace(made.router, objectives={}, model_rewrites={})
    return replace(made, rollout=rollout, router=router, provenance=merged.provenance), problems


def promoted(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry when its canary has become the service."""
    overrides = {
        key: value for key, value in (given_canary(entry) or {})["overrides"].items() if key not in SHARED
    }
    return without(_merged(entry, overrides))


def without(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The entry when its canary is gone."""
    rollout = {key: value for key, value in entry["rollout"].items() if key != "canary"}
    rest = {key: value for key, value in entry.items() if key != "rollout"}
    return {**rest, "rollout": rollout} if rollout else rest


def beside(entry: Mapping[str, Any], *, weight: int, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with a canary of these overrides and this share of the requests."""
    canary = {"weight": weight, "overrides": dict(overrides)}
    return {**entry, "rollout": {**(entry.get("rollout") or {}), "canary": canary}}


def given_canary(entry: Mapping[str, Any]) -> dict[str, Any] | None:
    """Weight and overrides as they are written; None for an entry without canary."""
    canary = (entry.get("rollout") or {}).get("canary")
    return (
        None if canary is None else {"weight": canary["weight"], "overrides": canary.get("overrides") or {}}
    )


def _merged(entry: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Maps are merged at any depth; everything else takes the place of what was there."""
    merged = dict(entry)
    for key, value in overrides.items():
        before = merged.get(key)
        if isinstance(value, Mapping) and isinstance(before, Mapping):
            merged[key] = _merged(before, value)
        else:
            merged[key] = value
    return merged


def _shared(path: str, name: str) -> Problem:
    return Problem(
        code="V-22",
        path=path,
        message="is the same for a service and its canary.",
        hint=f"Remove it, or write an entry of its own beside {name}.",
    )
