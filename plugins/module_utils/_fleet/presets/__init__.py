# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Named bundles of values for a service. What the user writes always wins."""

from __future__ import annotations

from .merging import PRESETS, Merged
from .preset import Preset

__all__ = ["PRESETS", "Merged", "Preset"]
