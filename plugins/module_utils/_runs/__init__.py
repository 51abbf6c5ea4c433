# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs on demand: a Job that measures something for a service, what its log says, and nothing left behind."""

from __future__ import annotations

from .all_reduce import Bandwidth, check_all_reduce
from .benchmark import Benchmark, Load, measure
from .report import finish

__all__ = ["Bandwidth", "Benchmark", "Load", "check_all_reduce", "finish", "measure"]
