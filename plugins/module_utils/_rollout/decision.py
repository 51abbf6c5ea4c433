# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is decided about a canary: it becomes the service, or it goes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._fleet.canary import beside, given_canary, promoted, without

PROMOTED, ABORTED = "promoted", "aborted"
_ALL = 100


class Undecidable(Exception):
    """A service whose canary cannot be decided about, and why."""


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What becomes of the canary of one service."""

    name: str
    word: str
    """``promoted`` or ``aborted``."""
    entry: Mapping[str, Any]
    """As it is written in the inventory now."""

    @property
    def after(self) -> dict[str, Any]:
        """The entry that the inventory has to have from now on."""
        return promoted(self.entry) if self.word == PROMOTED else without(self.entry)

    @property
    def change(self) -> dict[str, Any]:
        """The same, as what to do to the entry that is there."""
        overrides = self._canary["overrides"] if self.word == PROMOTED else {}
        return {"name": self.name, "remove": ["rollout.canary"], "write": dict(overrides)}

    @property
    def reason(self) -> str:
        return f"its canary was {self.word}"

    def on_the_way(self, *, takes_over: bool) -> Iterator[dict[str, Any]]:
        """Entries to be applied before the last, so that requests always go to what is ready.

        A promoted canary keeps serving until the service runs its specification; where it *takes over*, it
        gets all requests meanwhile. An aborted one gets no requests any more before it goes.
        """
        overrides, weight = self._canary["overrides"], self._canary["weight"]
        if self.word == ABORTED:
            yield beside(self.entry, weight=0, overrides=overrides)
            return
        if takes_over:
            yield beside(self.entry, weight=_ALL, overrides=overrides)
        yield beside(self.after, weight=_ALL if takes_over else weight, overrides={})

    @staticmethod
    def step(entry: Mapping[str, Any]) -> str:
        """What applying an entry on the way does, for people who wait."""
        canary = given_canary(entry)
        return "the service gets its last form" if canary is None else f"canary gets {canary['weight']} %"

    @property
    def _canary(self) -> dict[str, Any]:
        return given_canary(self.entry) or {}


def decisions(entries: Sequence[Mapping[str, Any]], names: Sequence[str], word: str) -> list[Decision]:
    """One decision for each name. Raises Undecidable with every name that has no canary."""
    found = {str(entry.get("name")): entry for entry in entries}
    missing = [
        f"llm_serving[{name}].rollout.canary: there is none, so it cannot be {word}."
        for name in names
        if name in found and given_canary(found[name]) is None
    ]
    if missing:
        raise Undecidable("\n".join(missing))
    return [Decision(name=name, word=word, entry=found[name]) for name in names if name in found]


def decided(entries: Sequence[Mapping[str, Any]], made: Sequence[Decision]) -> list[Any]:
    """The entries of the inventory with those that the decisions lead to."""
    after = {decision.name: decision.after for decision in made}
    return [after.get(str(entry.get("name")), entry) for entry in entries]
