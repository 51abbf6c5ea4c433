# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading single values of an inventory: each reader returns the value or says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from .._quantities import quantity

Reader = Callable[[Any], Any]

YES = frozenset({"true", "yes", "on", "1"})
NO = frozenset({"false", "no", "off", "0"})
SMALLEST_MEMORY = 4096
"""Below this many bytes a memory amount is a number whose unit was forgotten."""


class Unreadable(Exception):
    """A value does not have the declared form."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def text(value: Any) -> str:
    """A string; numbers are refused, because 24.10 would silently become 24.1."""
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, int, float)):
        raise Unreadable(
            f"the {_noun(value)} {_written(value)} was read.", "Quote it where a string is meant."
        )
    raise Unreadable(f"{_noun(value)} found.", "Write a string.")


def plain_text(value: Any) -> str:
    """A string that may be written as a whole number or a boolean."""
    if isinstance(value, bool):
        return _written(value)
    return str(value) if isinstance(value, int) else text(value)


def integer(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str):  # a templated value arrives as a string
        try:
            return int(value)
        except ValueError:
            pass
    elif isinstance(value, float) and value.is_integer():
        return int(value)
    raise Unreadable(f"{_shown(value)} is not a whole number.", "Write a whole number.")


def number(value: Any) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            pass
    raise Unreadable(f"{_shown(value)} is not a number.", "Write a number.")


def boolean(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    written = str(value).strip().lower() if isinstance(value, (str, int)) else ""
    if written in YES:
        return True
    if written in NO:
        return False
    raise Unreadable(f"{_shown(value)} is neither true nor false.", "Write true or false.")


def memory(value: Any) -> str:
    """A quantity of bytes with its unit."""
    written = str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value)
    if _amount(written) < SMALLEST_MEMORY:
        raise Unreadable(f"{written} has no unit that fits memory.", f"Write {written.rstrip('munk')}Gi.")
    return written


def cpu(value: Any) -> str:
    """A quantity of CPUs."""
    written = str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else text(value)
    _amount(written)
    return written


def devices(value: Any) -> tuple[str, ...]:
    """Device indices or UUIDs: a list, one of them, or the comma-separated form of CUDA_VISIBLE_DEVICES."""
    if isinstance(value, str):
        return tuple(value.split(","))
    items = value if isinstance(value, (list, tuple)) else (value,)
    return tuple(plain_text(item) for item in items)


def names(value: Any) -> tuple[str, ...]:
    """One name, or a list of names."""
    items = value if isinstance(value, (list, tuple)) else (value,)
    return tuple(text(item) for item in items)


@lru_cache(maxsize=1024)
def _amount(written: str) -> float:
    try:
        amount = float(quantity(written))
    except ValueError:
        raise Unreadable(f"{written} is not a quantity.", "Write for example 500m, 4 or 16Gi.") from None
    if amount < 0:
        raise Unreadable(f"{written} is negative.", "Write a positive quantity.")
    return amount


def kind_of(value: Any) -> str:
    """What a value of the wrong type is called."""
    return f"{_noun(value)} found."


def _noun(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, str):
        return "string"
    return "list" if isinstance(value, (list, tuple)) else "map"


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shown(value: Any) -> str:
    return repr(value) if isinstance(value, str) else _written(value)
