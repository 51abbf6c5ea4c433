# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain data into records, with every problem found on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

from . import values
from .arguments import home
from .problem import Problem
from .records.engine import EngineArgs
from .schema import READERS, Key, keys

Record = TypeVar("Record")

NAMING = ("name", "server")
"""The keys by which messages address an entry of a list."""
FEW = 12
"""So many keys are listed in a message when none is near the unknown one."""


class Builder:
    """Builds records. A wrong value is reported in ``problems``, and its default is used instead."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.problems: list[Problem] = []
        self._quiet = quiet

    def record(self, cls: type[Record], raw: Any, path: str) -> Record | None:
        """The record, or None when a required key of it is missing or wrong."""
        if not isinstance(raw, Mapping):
            self.wrong(path, values.kind_of(raw), "Write a map.")
            return None
        known = keys(cls)
        given: dict[str, Any] = {}
        complete = True
        for name in raw:
            if name not in known:
                self._unknown(path, name, cls)
        for name, key in known.items():
            value = raw.get(name)
            read = None if value is None else self._read(key, value, f"{path}.{name}")
            if read is not None:
                given[name] = read
            elif key.required:
                complete = False
                if value is None:
                    self.wrong(f"{path}.{name}", "is missing.", _expected(key))
        self._kinds(given, known, path)
        return cls(**given) if complete else None

    def records(self, cls: type[Record], raw: Any, path: str) -> list[tuple[str, Record]]:
        """The records of a list, each with its path."""
        if not isinstance(raw, (list, tuple)):
            self.wrong(path, values.kind_of(raw), "Write a list.")
            return []
        built = ((place, self.record(cls, item, place)) for place, item in addressed(raw, path))
        return [(place, record) for place, record in built if record is not None]

    def wrong(self, path: str, message: str, hint: str, code: str = "V-25") -> None:
        self.problems.append(Problem(code=code, path=path, message=message, hint=hint))

    def _read(self, key: Key, value: Any, path: str) -> Any:
        if key.shape == "record":
            if key.declared.shorthand and isinstance(value, str):
                value = {key.declared.shorthand: value}
            return self.record(key.of, value, path)
        if key.shape == "records":
            return tuple(record for _name, record in self.records(key.of, value, path))
        if key.shape == "list":
            return self._list(key, value, path)
        if key.shape == "map":
            return self._map(key, value, path)
        return self._value(key, value, path)

    def _list(self, key: Key, value: Any, path: str) -> tuple[Any, ...] | None:
        if not isinstance(value, (list, tuple)):
            self.wrong(path, values.kind_of(value), "Write a list.")
            return None
        items = (self._value(key, item, f"{path}[{index}]") for index, item in enumerate(value))
        return tuple(item for item in items if item is not None)

    def _map(self, key: Key, value: Any, path: str) -> dict[str, Any] | None:
        if not isinstance(value, Mapping):
            self.wrong(path, values.kind_of(value), "Write a map.")
            return None
        items = ((str(name), self._value(key, item, f"{path}.{name}")) for name, item in value.items())
        return {name: item for name, item in items if item is not None}

    def _value(self, key: Key, value: Any, path: str) -> Any:
        if value is None:
            return None
        try:
            read = READERS[key.of](value)
        except values.Unreadable as unreadable:
            hidden = self._quiet or key.declared.secret
            self.wrong(path, values.kind_of(value) if hidden else unreadable.message, unreadable.hint)
            return None
        declared = key.declared
        if declared.choices and read not in declared.choices:
            shown = "not a known value." if self._quiet else f"{read} is not a known value."
            self.wrong(path, shown, _choose(str(read), declared.choices))
            return None
        if declared.minimum is not None and read < declared.minimum:
            self.wrong(path, f"{read} is too small.", f"Write {declared.minimum} or more.")
            return None
        return read

    def _unknown(self, path: str, name: Any, cls: type[Any]) -> None:
        word = _snake(str(name))
        elsewhere = home(word) if path.startswith("llm_serving") else ""
        self.wrong(f"{path}.{name}", "unknown key.", elsewhere or _nearest(word, cls), "V-01")

    def _kinds(self, given: Mapping[str, Any], known: Mapping[str, Key], path: str) -> None:
        kind = given.get("kind")
        for name in given:
            kinds = known[name].declared.kinds
            if kind and kinds and kind not in kinds:
                self.wrong(
                    f"{path}.{name}",
                    f"is no key of kind {kind}, only of {', '.join(kinds)}.",
                    "Remove it.",
                    "V-01",
                )


def addressed(raw: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Each item of a list with its path, by name where it has one. Nothing where it is no list."""
    for index, item in enumerate(raw if isinstance(raw, (list, tuple)) else ()):
        label: Any = index
        if isinstance(item, Mapping):
            label = next((item[key] for key in NAMING if isinstance(item.get(key), str)), index)
        yield f"{path}[{label}]", item


def _expected(key: Key) -> str:
    if key.declared.choices:
        return f"Write one of {', '.join(key.declared.choices)}."
    return f"Write it: {key.declared.description.split('. ')[0].rstrip('.')}."


def _choose(read: str, choices: tuple[str, ...]) -> str:
    near = get_close_matches(read, choices, n=1)
    listed = f"Known values: {', '.join(choice or repr(choice) for choice in choices)}."
    return f"Did you mean {near[0]}? {listed}" if near else f"{listed}"


def _nearest(name: str, cls: type[Any]) -> str:
    known = list(keys(cls))
    if near := get_close_matches(name, known, n=1, cutoff=0.6):
        return f"Did you mean {near[0]}?"
    if elsewhere := _deeper(name, cls):
        return f"Did you mean {elsewhere}?"
    if cls is EngineArgs:
        return (
            "Arguments without a key here go to extra, as in extra: [--max-loras=2]; Triton's to model_json."
        )
    if len(known) <= FEW:
        return f"Known keys: {', '.join(known)}."
    return "ansible-doc inferops.serving.services lists the keys."


def _snake(name: str) -> str:
    """The name as keys are written: from any casing, or from an argument with its dashes."""
    lower = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)
    return lower.replace("-", "_").strip("_")


def _deeper(name: str, cls: type[Any]) -> str:
    """Dotted path of a key of this name inside the record's maps."""
    for key in keys(cls).values():
        if key.shape == "record":
            inner = keys(key.of)
            if near := get_close_matches(name, list(inner), n=1, cutoff=0.9):
                return f"{key.name}.{near[0]}"
            if deeper := _deeper(name, key.of):
                return f"{key.name}.{deeper}"
    return ""
