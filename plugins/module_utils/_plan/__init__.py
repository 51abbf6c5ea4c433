# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From records to facts."""

from __future__ import annotations

from .facts import ServicePlan
from .planning import plan
from .provenance import provenance
from .scaling import meter
from .specification import entry_hash, hash_of, specification

__all__ = ["ServicePlan", "entry_hash", "hash_of", "meter", "plan", "provenance", "specification"]
