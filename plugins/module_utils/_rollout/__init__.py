# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From plans to a verdict: each service is a set of objects, applied, awaited and remembered."""

from __future__ import annotations

from .look import Look, look
from .restore import VERIFIED, NoRevision, restore
from .rollout import Rollout, roll_out, take_away
from .verdict import Verdict

__all__ = [
    "VERIFIED",
    "Look",
    "NoRevision",
    "Rollout",
    "Verdict",
    "look",
    "restore",
    "roll_out",
    "take_away",
]
