# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a key of the inventory is declared: once, on the record's field."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, Field, dataclass, field
from functools import partial
from typing import Any, NewType

Memory = NewType("Memory", str)
"""A Kubernetes quantity of bytes, with its unit: ``16Gi``, ``500M``."""

Cpu = NewType("Cpu", str)
"""A Kubernetes quantity of CPUs: ``4``, ``500m``."""

Text = NewType("Text", str)
"""A string that may be written as a whole number or a boolean, as in environment values and labels."""

Devices = NewType("Devices", tuple[str, ...])
"""Indices or UUIDs of GPUs."""

Names = NewType("Names", tuple[str, ...])
"""One name, or a list of them."""

DECLARATION = "inferops.serving"


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What is known of a key besides its name, type and default."""

    description: str
    choices: tuple[str, ...] = ()
    secret: bool = False
    """The value must never be shown."""
    refers_to: str = ""
    """The value is the name of an entry of this variable."""
    implied: str = ""
    """What a missing value means, where that is no constant."""
    minimum: int | None = None
    kinds: tuple[str, ...] = ()
    """The kinds of the entry that have this key; all where empty."""
    engines: tuple[str, ...] = ()
    """The engines that have this key; all where empty."""
    shorthand: str = ""
    """A plain string in place of the map is the value of this key of it."""


def option(description: str, *, default: Any = MISSING, **declared: Any) -> Any:
    """Declare a key; without *default* it is required."""
    make = partial(field, metadata={DECLARATION: Declaration(description=description, **declared)})
    if isinstance(default, (dict, list)):
        return make(default_factory=_maker(default))
    return make(default=default)


def declaration(declared: Field[Any]) -> Declaration | None:
    """The declaration of a record's field; None for a field that is not a key of the inventory."""
    return declared.metadata.get(DECLARATION)


def _maker(default: dict[Any, Any] | list[Any]) -> Callable[[], Any]:
    return lambda: type(default)(default)
