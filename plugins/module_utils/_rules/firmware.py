# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-23, as far as the inventory tells: the vendor's operator takes no disks but its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._fleet import Fleet, Problem
from .finding import Plans, error, warning

CODE = "V-23"

DANGER = "skip_firmware_check"
"""Argument of the device plugin that makes it take any NVMe device."""
PATH = "llm_cluster.components.aidaptiv"


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    component = fleet.cluster.components.aidaptiv
    if component.danger_accept_any_nvme:
        message = "any NVMe device of a node may be formatted and lose its data."
        hint = "Remove it, unless the nodes have no other disks."
        yield warning(CODE, f"{PATH}.danger_accept_any_nvme", message, hint)
        return
    for place in _places(component.values, f"{PATH}.values"):
        message = "skips the check of the firmware, so that any NVMe device may be formatted."
        hint = f"Remove it, or write {PATH}.danger_accept_any_nvme: true."
        yield error(CODE, place, message, hint)


def _places(value: Any, path: str) -> Iterator[str]:
    """Where the argument is written, or turned on by a key of its name."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if _is_danger(name) and inner not in (False, None, ""):
                yield f"{path}.{name}"
            else:
                yield from _places(inner, f"{path}.{name}")
    elif isinstance(value, (list, tuple)):
        for index, inner in enumerate(value):
            yield from _places(inner, f"{path}[{index}]")
    elif isinstance(value, str) and _is_danger(value):
        yield path


def _is_danger(text: Any) -> bool:
    """In any spelling: with dashes, underscores or none."""
    return DANGER.replace("_", "") in str(text).lower().replace("-", "").replace("_", "")
