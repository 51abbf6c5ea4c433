# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account must be allowed to do for what is asked: derived, printed, and asked for."""

from __future__ import annotations

from .asking import demand, missing
from .deriving import for_sets, is_missing, on_kind
from .right import Right, Rights

__all__ = ["Right", "Rights", "demand", "for_sets", "is_missing", "missing", "on_kind"]
