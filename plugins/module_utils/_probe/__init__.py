# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking a served model: what is asked, over which way, and what came of it."""

from __future__ import annotations

from .direct import TARGETS, target_from
from .inventory import asked, target_for, target_of
from .manner import Manner
from .reach import JobOptions, Site
from .report import advice, facts, verdicts
from .smoke import Result, smoke_test
from .target import Target

__all__ = [
    "TARGETS",
    "JobOptions",
    "Manner",
    "Result",
    "Site",
    "Target",
    "advice",
    "asked",
    "facts",
    "smoke_test",
    "target_for",
    "target_from",
    "target_of",
    "verdicts",
]
