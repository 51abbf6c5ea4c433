# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what a cluster is to run is what another one proved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from .._fleet import Problem
from .._plan import ServicePlan, hash_of, specification

OVERRIDES = (
    "scaling",
    "resources",
    "expose.host",
    "expose.gateway",
    "expose.tls",
    "node_selector",
    "tolerations",
    "rollout.revision_history",
    "verify",
)
"""Keys that may differ between stages: how much, where, and for whom, but not what."""
CODE = "Differs"
_NOTHING = object()


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One service in two stages. The hashes are of all that must not differ."""

    name: str
    hash: str
    proved_hash: str
    differences: Sequence[Mapping[str, Any]]

    @property
    def same(self) -> bool:
        return not self.differences


def compare(here: ServicePlan, proved: ServicePlan, overrides: Sequence[str] = OVERRIDES) -> Comparison:
    """*here* is what is to be rolled out, *proved* the same service where it was tried."""
    mine, theirs = (_without(specification(plan), overrides) for plan in (here, proved))
    paths = sorted({*mine, *theirs})
    return Comparison(
        name=here.name,
        hash=hash_of(mine),
        proved_hash=hash_of(theirs),
        differences=[
            {"path": path, "here": mine.get(path), "proved": theirs.get(path)}
            for path in paths
            if mine.get(path, _NOTHING) != theirs.get(path, _NOTHING)
        ],
    )


def problems(comparison: Comparison, *, stage: str) -> Iterator[Problem]:
    """A problem for each difference, with what to do about it."""
    for found in comparison.differences:
        path = found["path"]
        place = f"llm_serving[{comparison.name}].{path}"
        message = (
            f"is {_shown(found['here'])} here and {_shown(found['proved'])} in {stage}, which proved it."
        )
        hint = f"Write the same in both, or allow the difference: add {_key(path)} to the overrides."
        yield Problem(code=CODE, path=place, message=message, hint=hint)


def unproved(name: str, known: Sequence[str], *, stage: str) -> Problem:
    """A service that the stage before does not have."""
    near = get_close_matches(name, known, n=1)
    hint = f"Its nearest is {near[0]}." if near else "Add it there too, or name the services to promote."
    return Problem(code=CODE, path=f"llm_serving[{name}]", message=f"is no service of {stage}.", hint=hint)


def not_a_key(overrides: Sequence[str], known: Sequence[str]) -> Iterator[Problem]:
    """Overrides that could never match: the first part of each is a key of an entry, or ``model``."""
    for one in overrides:
        first = one.partition(".")[0]
        if first not in known:
            near = get_close_matches(first, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else "Write a dotted key of an entry of llm_serving."
            yield Problem(code=CODE, path=f"overrides[{one}]", message="is no key of a service.", hint=hint)


def _without(values: Mapping[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    return {
        path: value
        for path, value in values.items()
        if not any(path == one or path.startswith(f"{one}.") for one in overrides)
    }


def _shown(value: Any) -> str:
    return "not given" if value is None else str(value)


def _key(path: str) -> str:
    """The key that a person would declare: the map of an item, not the item."""
    first, _dot, rest = path.partition(".")
    return path if first in ("expose", "rollout", "model") and rest else first
