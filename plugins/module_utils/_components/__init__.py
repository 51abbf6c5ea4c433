# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster needs besides services: who already brought it, in which version, and what we would do."""

from __future__ import annotations

from .component import Component, Finding
from .decide import Decision, decide, foresee
from .detect import detect, recognised
from .snapshot import Snapshot, read
from .table import COMPONENTS

__all__ = [
    "COMPONENTS",
    "Component",
    "Decision",
    "Finding",
    "Snapshot",
    "decide",
    "detect",
    "foresee",
    "read",
    "recognised",
]
