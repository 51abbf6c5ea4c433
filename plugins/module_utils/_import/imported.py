# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an import makes: the variables of an inventory, and notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal["corrected", "assumed", "dropped", "missing", "unknown"]


@dataclass(frozen=True, kw_only=True)
class Note:
    """What became of a value that is not in the inventory as it was written."""

    kind: Kind
    """Its meaning is told in another way (``corrected``), the source does not say it (``assumed``), it
    has no place (``dropped``), it has to be written by hand (``missing``), nobody knows it (``unknown``)."""
    path: str
    """Where it stands in the source."""
    message: str
    trap: str = ""
    """Number of the trap in the source that this is about."""


@dataclass(kw_only=True)
class Imported:
    cluster: dict[str, Any] = field(default_factory=dict)
    secrets: list[dict[str, Any]] = field(default_factory=list)
    stores: list[dict[str, Any]] = field(default_factory=list)
    model: dict[str, Any] = field(default_factory=dict)
    service: dict[str, Any] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def note(self, kind: Kind, path: str, message: str, trap: str = "") -> None:
        self.notes.append(Note(kind=kind, path=path, message=message, trap=trap))

    def serve(self, key: str, value: Any) -> None:
        """Puts a value at a dotted key of the service; nothing for None."""
        put(self.service, key, value)

    def result(self) -> dict[str, Any]:
        """The variables and the notes, as plain data."""
        return {
            "llm_cluster": self.cluster,
            "llm_secrets": self.secrets,
            "llm_stores": self.stores,
            "llm_models": [self.model],
            "llm_serving": [self.service],
            "notes": [asdict(note) for note in self.notes],
        }


def put(target: dict[str, Any], key: str, value: Any) -> None:
    """Sets a dotted key, making the maps on the way; None sets nothing."""
    if value is None:
        return
    *parents, last = key.split(".")
    for parent in parents:
        target = target.setdefault(parent, {})
    target[last] = value


def overlay(target: dict[str, Any], given: Mapping[str, Any]) -> None:
    """Lays values over others, map by map."""
    for name, value in given.items():
        if isinstance(value, Mapping) and isinstance(target.get(name), dict):
            overlay(target[name], value)
        else:
            target[name] = value
