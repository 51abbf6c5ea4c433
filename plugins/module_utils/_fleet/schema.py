# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The records read back as keys: what may be written at a place, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import MISSING, dataclass, fields, is_dataclass
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from . import values
from .option import Cpu, Declaration, Devices, Memory, Names, Text, declaration

Shape = Literal["value", "list", "map", "record", "records"]

READERS: dict[Any, values.Reader] = {
    str: values.text,
    Text: values.plain_text,
    int: values.integer,
    float: values.number,
    bool: values.boolean,
    Memory: values.memory,
    Cpu: values.cpu,
    Devices: values.devices,
    Names: values.names,
    Any: lambda value: value,
}


@dataclass(frozen=True, kw_only=True)
class Key:
    """One key of a record."""

    name: str
    shape: Shape
    of: Any
    """Type of the value, or of the items of a list or map; the record's class for records."""
    declared: Declaration
    default: Any
    factory: Callable[[], Any] | None

    @property
    def required(self) -> bool:
        return self.default is MISSING and self.factory is None

    def start(self) -> Any:
        """The default value."""
        return self.factory() if self.factory else self.default


_KNOWN: dict[type[Any], dict[str, Key]] = {}


def keys(record: type[Any]) -> dict[str, Key]:
    """The keys of a record, in the order of their declaration."""
    if record not in _KNOWN:
        _KNOWN[record] = dict(_keys(record))
    return _KNOWN[record]


def _keys(record: type[Any]) -> Iterator[tuple[str, Key]]:
    hints = get_type_hints(record)
    for field in fields(record):
        declared = declaration(field)
        if declared is None:
            continue
        shape, of = _shape(hints[field.name])
        factory = None if field.default_factory is MISSING else field.default_factory
        yield (
            field.name,
            Key(
                name=field.name, shape=shape, of=of, declared=declared, default=field.default, factory=factory
            ),
        )


def _shape(hint: Any) -> tuple[Shape, Any]:
    arguments = get_args(hint)
    if NoneType in arguments:
        (hint,) = (argument for argument in arguments if argument is not NoneType)
        arguments = get_args(hint)
    origin = get_origin(hint)
    if origin is tuple:
        return ("records" if is_dataclass(arguments[0]) else "list"), arguments[0]
    if origin is dict:
        return "map", arguments[1]
    return ("record" if is_dataclass(hint) else "value"), hint
