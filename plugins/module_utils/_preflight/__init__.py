# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster lacks for the services of an inventory, read once and told before anything is written."""

from __future__ import annotations

from .advice import advice
from .facts import Facts
from .preflight import Report, preflight, sound, store_problems
from .queueing import queue

__all__ = ["Facts", "Report", "advice", "preflight", "queue", "sound", "store_problems"]
