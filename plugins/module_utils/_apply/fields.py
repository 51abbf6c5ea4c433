# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field sets as ``metadata.managedFields`` writes them (FieldsV1): trees of ``f:name``, ``k:{keys}``,
``v:value`` and ``.``."""

from __future__ import annotations

import json
import re
from typing import Any

Fields = dict[str, Any]


def union(one: Fields, other: Fields) -> Fields:
    merged = dict(one)
    for key, below in other.items():
        merged[key] = union(merged.get(key) or {}, below or {})
    return merged


def difference(fields: Fields, taken: Fields) -> Fields:
    """What of ``fields`` is not in ``taken``."""
    rest: Fields = {}
    for key, below in fields.items():
        if key not in taken:
            rest[key] = below
        elif below and (left := difference(below, taken[key] or {})):
            rest[key] = left
    return rest


def without(fields: Fields, path: tuple[str, ...]) -> Fields:
    """``fields`` less the one path of ``f:`` keys."""
    head, *tail = path
    if head not in fields:
        return fields
    rest = {key: below for key, below in fields.items() if key != head}
    if tail:
        below = without(fields[head] or {}, tuple(tail))
        if below and set(below) != {"."}:
            rest[head] = below
    return rest


def remove(value: Any, fields: Fields) -> None:
    """Takes the fields out of an object, in place."""
    for key, below in fields.items():
        if key.startswith("f:") and isinstance(value, dict) and key[2:] in value:
            _remove_field(value, key[2:], below or {})
        elif key.startswith("k:") and isinstance(value, list):
            _remove_item(value, json.loads(key[2:]), below or {})
        elif key.startswith("v:") and isinstance(value, list):
            unwanted = json.loads(key[2:])
            value[:] = [item for item in value if item != unwanted]


def _remove_field(value: dict[str, Any], name: str, below: Fields) -> None:
    if not below:
        del value[name]
        return
    remove(value[name], below)
    if not value[name] and "." in below:
        del value[name]


def _remove_item(items: list[Any], keys: dict[str, Any], below: Fields) -> None:
    for item in list(items):
        if all(item.get(name) == wanted for name, wanted in keys.items()):
            if not below or "." in below:
                items.remove(item)
            else:
                remove(item, below)


def owned_paths(fields: Fields, prefix: str = "") -> list[str]:
    """The leaves as readable paths: ``spec.template.spec.containers[name=main].image``."""
    paths: list[str] = []
    for key, below in fields.items():
        if key == ".":
            continue
        here = prefix + _readable(key, first=not prefix)
        paths += owned_paths(below, here) if below and set(below) != {"."} else [here]
    return paths


def _readable(key: str, *, first: bool) -> str:
    mark, _colon, text = key.partition(":")
    if mark == "f":
        return text if first else f".{text}"
    if mark == "k":
        keys = json.loads(text)
        return "[" + ",".join(f"{name}={value}" for name, value in keys.items()) + "]"
    return f"[{text}]"


def path_steps(field: str) -> list[str]:
    """The steps of a path as the API server writes it in causes: ``spec.containers[0].image``."""
    return [step for step in re.split(r"[.\[\]]+", field) if step]
