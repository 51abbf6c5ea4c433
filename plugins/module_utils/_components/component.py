# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A component as data: the signs by which it is recognised, and what was found of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from .snapshot import Listing, Snapshot

US, OPERATOR, CLOUD, OTHER, NOBODY = "us", "operator", "cloud", "other", "nobody"
FOREIGN = (OPERATOR, CLOUD, OTHER)


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One thing that was seen. ``owner`` is empty where it shows only that something works."""

    text: str
    owner: str = ""
    by: str = ""
    version: str = ""
    namespace: str = ""
    conclusive: bool = True
    """Whether the component is there because of this alone; definitions often outlive what they are for."""


class Sign(Protocol):
    """A way to recognise a component."""

    @property
    def listings(self) -> tuple[Listing, ...]:
        """What must have been read before it can be looked for."""

    def traces(self, snapshot: Snapshot) -> list[Trace]: ...


@dataclass(frozen=True, kw_only=True)
class Component:
    """``name`` is the inventory's word for it. ``rivals`` are signs of what cannot live beside it."""

    name: str
    title: str
    signs: tuple[Sign, ...]
    rivals: tuple[Sign, ...] = ()
    brought: bool = True
    """Whether a role brings it; others are used where they are."""

    @property
    def listings(self) -> set[Listing]:
        return {listing for sign in (*self.signs, *self.rivals) for listing in sign.listings}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a cluster holds of one component."""

    component: str
    present: bool
    owner: str
    by: str = ""
    """In words, who keeps it, where that can be told."""
    version: str = ""
    namespace: str = ""
    evidence: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    """What could not be read for lack of rights, so that absence is not proved."""

    @property
    def foreign(self) -> bool:
        return self.owner in FOREIGN
