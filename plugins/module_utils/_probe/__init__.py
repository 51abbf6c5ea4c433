# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking a served model: what is asked, over which way, and what came of it."""

from __future__ import annotations

from .direct import TARGET, target_from
from .inventory import asked, target_for, target_of
from .manner import Manner
from .reach import WAYS, JobOptions, Site
from .report import advice, facts, row
from .smoke import AT_ONCE, AUTO, Result, smoke_test
from .target import Target

__all__ = [
    "AT_ONCE",
    "AUTO",
    "TARGET",
    "WAYS",
    "JobOptions",
    "Manner",
    "Result",
    "Site",
    "Target",
    "advice",
    "asked",
    "facts",
    "row",
    "smoke_test",
    "target_for",
    "target_from",
    "target_of",
]
