# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be known of a preset."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Range:
    """The smallest and largest value that a preset was made for."""

    low: float
    high: float
    code: str
    """Code of the warning about a value outside."""


@dataclass(frozen=True, kw_only=True)
class Preset:
    description: str
    values: dict[str, Any] = field(default_factory=dict)
    offload: dict[str, Any] = field(default_factory=dict)
    """Values of ``kv_offload``, for an entry that offloads its cache."""
    group: str = ""
    """Presets of one group exclude each other."""
    engines: tuple[str, ...] = ()
    """The engines that it is for; any where empty."""
    ranges: dict[str, Range] = field(default_factory=dict)
    """By dotted path of a value."""
