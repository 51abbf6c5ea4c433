# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the user wrote, as records."""

from __future__ import annotations

from .load import VARIABLES, load
from .problem import Problem
from .records import Cluster, Fleet, Model, Secret, Service, Store

__all__ = ["VARIABLES", "Cluster", "Fleet", "Model", "Problem", "Secret", "Service", "Store", "load"]
