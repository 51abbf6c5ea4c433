# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Labels and taints of GPU nodes: which nodes, what they lack, who would be shut out, the writing."""

from __future__ import annotations

from .marks import Marks, NodeChange, Taint, plan_node
from .reconcile import Outcome, Refused, Request, reconcile
from .rights import rights
from .selection import Selection

__all__ = [
    "Marks",
    "NodeChange",
    "Outcome",
    "Refused",
    "Request",
    "Selection",
    "Taint",
    "plan_node",
    "reconcile",
    "rights",
]
