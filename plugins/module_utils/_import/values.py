# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values of a chart, read key by key; what nobody read is left over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


class Values:
    """Keys are found in any casing; ``written`` tells how a key that was taken is spelled."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._leaves = dict(_leaves(values, ""))
        self._spelled = {path.lower(): path for path in self._leaves}
        self.written: dict[str, str] = {}
        """Key as it was asked for → as it stands in the values."""

    def take(self, path: str) -> Any:
        """The value at a dotted path, a whole map where there is one; None where nothing is written."""
        wanted = path.lower()
        found = {low: spelled for low, spelled in self._spelled.items() if _covers(wanted, low)}
        if not found:
            return None
        for low in found:
            del self._spelled[low]
        if wanted in found:
            self.written[path] = found[wanted]
            return self._leaves[found[wanted]]
        below = len(path) + 1
        return _tree({spelled[below:]: self._leaves[spelled] for spelled in found.values()})

    def has(self, path: str) -> bool:
        return any(_covers(path.lower(), low) for low in self._spelled)

    def rest(self) -> list[str]:
        """The paths that nobody took, but for those without a value."""
        return [path for path in self._spelled.values() if self._leaves[path] not in (None, "", {}, [])]


def _covers(wanted: str, path: str) -> bool:
    return path == wanted or path.startswith(f"{wanted}.")


def _leaves(values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    """Keys with dots in them, such as names of resources, end the way: the map that holds them is a leaf."""
    for name, value in values.items():
        path = f"{prefix}{name}"
        if (
            isinstance(value, Mapping)
            and value
            and not any("." in str(key) or "/" in str(key) for key in value)
        ):
            yield from _leaves(value, f"{path}.")
        else:
            yield path, value


def _tree(leaves: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for path, value in leaves.items():
        *parents, last = path.split(".")
        target = made
        for parent in parents:
            target = target.setdefault(parent, {})
        target[last] = value
    return made
