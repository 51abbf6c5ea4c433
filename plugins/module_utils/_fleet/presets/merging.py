# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An entry and its presets become one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from ..problem import Problem
from .goals import GOALS
from .goals import GROUP as GOAL
from .preset import Preset
from .scenarios import SCENARIOS
from .sizes import GROUP as SIZE
from .sizes import SIZES
from .trtllm import TRTLLM

PRESETS: dict[str, Preset] = {**SCENARIOS, **TRTLLM, **SIZES, **GOALS}


class Merged:
    """An entry with its presets, merged left to right below what the user wrote.

    A goal wins over a size wherever they stand.
    """

    def __init__(self, entry: Mapping[str, Any], path: str) -> None:
        self.values: dict[str, Any] = {}
        self.provenance: dict[str, str] = {}
        """Dotted path of a given value → ``user`` or ``preset:<name>``."""
        self.problems: list[Problem] = []
        self._path = f"{path}.presets"
        self._entry = entry
        named = entry.get("presets")
        listed = named if isinstance(named, (list, tuple)) else ()
        written = [name for name in listed if isinstance(name, str)]
        names = [name for name in written if name in PRESETS]
        self.problems += [_unknown(self._path, name) for name in written if name not in PRESETS]
        self.problems += _exclusions(self._path, names)
        self.problems += _engines(self._path, names, entry.get("engine"))
        for name in _goals_last(names):
            preset = PRESETS[name]
            offload = {"kv_offload": preset.offload} if preset.offload and _offloads(entry) else {}
            self._overlay(self.values, {**preset.values, **offload}, f"preset:{name}", "")
        self._overlay(self.values, entry, "user", "")
        self.problems += self._outside(path, names)

    def _overlay(self, target: dict[str, Any], values: Mapping[str, Any], source: str, prefix: str) -> None:
        for name, value in values.items():
            dotted = f"{prefix}{name}"
            if isinstance(value, Mapping):
                inner = target.get(name)
                target[name] = inner = dict(inner) if isinstance(inner, Mapping) else {}
                self._overlay(inner, value, source, f"{dotted}.")
            elif value is not None:
                before = self.provenance.get(dotted)
                if before and source != "user" and target[name] != value and _at(self._entry, dotted) is None:
                    self._overridden(dotted, f"{_plain(target[name])} in {before}", _plain(value), source)
                target[name] = value
                self.provenance[dotted] = source

    def _overridden(self, dotted: str, before: str, value: str, source: str) -> None:
        self.problems.append(
            Problem(
                code="V-02",
                path=self._path,
                message=f"{dotted} is {before} and {value} in {source}; {value} is used.",
                hint=f"Write {dotted} to decide.",
                severity="warning",
            )
        )

    def _outside(self, path: str, names: list[str]) -> Iterator[Problem]:
        """What the user wants otherwise than a preset was made for."""
        for name in names:
            for dotted, made_for in PRESETS[name].ranges.items():
                value = _at(self.values, dotted)
                by_user = self.provenance.get(dotted) == "user" and isinstance(value, (int, float))
                if by_user and not made_for.low <= value <= made_for.high:
                    told = f"{value} is outside {made_for.low:g} to {made_for.high:g}"
                    yield Problem(
                        code=made_for.code,
                        path=f"{path}.{dotted}",
                        message=f"{told}, which preset {name} was made for.",
                        hint="Choose another size preset, or write all values yourself.",
                        severity="warning",
                    )


def _goals_last(names: list[str]) -> list[str]:
    """Size presets that stand behind a goal come before it."""
    groups = [PRESETS[name].group for name in names]
    first = groups.index(GOAL) if GOAL in groups else len(names)
    late = [name for name in names[first:] if PRESETS[name].group == SIZE]
    return [*names[:first], *late, *(name for name in names[first:] if name not in late)]


def _offloads(entry: Mapping[str, Any]) -> bool:
    """Whether sizes of an offloaded cache are for this entry: its engine has a disk for it, or it says so."""
    given = entry.get("kv_offload")
    if isinstance(given, Mapping):
        return given.get("enabled") is not False
    return entry.get("engine") == "aidaptiv"


def _engines(path: str, names: list[str], engine: Any) -> Iterator[Problem]:
    for name in names:
        engines = PRESETS[name].engines
        if engines and engine not in engines:
            yield Problem(
                code="V-03",
                path=path,
                message=f"{name} is for engine {' or '.join(engines)}, not for {engine}.",
                hint=f"Remove it, or write engine: {' or '.join(engines)}.",
            )


def _unknown(path: str, name: str) -> Problem:
    near = get_close_matches(name, PRESETS, n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    return Problem(
        code="V-25",
        path=path,
        message=f"{name} is not a preset.",
        hint=f"{hint}Known presets: {', '.join(PRESETS)}.",
    )


def _exclusions(path: str, names: list[str]) -> list[Problem]:
    by_group: dict[str, list[str]] = {}
    for name in names:
        by_group.setdefault(PRESETS[name].group, []).append(name)
    return [
        Problem(
            code="V-02",
            path=path,
            message=f"{' and '.join(members)} exclude each other.",
            hint=f"Keep one {group} preset.",
        )
        for group, members in by_group.items()
        if group and len(members) > 1
    ]


def _at(values: Mapping[str, Any], dotted: str) -> Any:
    found: Any = values
    for name in dotted.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
