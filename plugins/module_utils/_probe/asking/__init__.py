# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking a served model: protocols over any door.

This package needs nothing but Python 3.10 and its standard library: the in-cluster Job runs these very files.
"""

from __future__ import annotations

from .door import Credentials, Door, NoAnswer, NotReached
from .rounds import PROTOCOLS, ask, patiently, unanswered
from .talk import Check, Question, Verdict
from .url import basic, bearer, open_url

__all__ = [
    "PROTOCOLS",
    "Check",
    "Credentials",
    "Door",
    "NoAnswer",
    "NotReached",
    "Question",
    "Verdict",
    "ask",
    "basic",
    "bearer",
    "open_url",
    "patiently",
    "unanswered",
]
