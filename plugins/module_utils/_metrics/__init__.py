# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the series of an engine to what is recorded, shown, alerted on and scaled by, in PromQL."""

from __future__ import annotations

from .adapter import adapter_rules
from .meter import HPA_QUEUE_TIME, Meter

__all__ = ["HPA_QUEUE_TIME", "Meter", "adapter_rules"]
