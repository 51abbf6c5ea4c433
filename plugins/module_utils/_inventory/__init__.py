# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The public way from variables to checked records and plans."""

from __future__ import annotations

from .._fleet.argument_spec import FLEET
from .choice import UnknownService, choose
from .read import Specification, read

__all__ = ["FLEET", "Specification", "UnknownService", "choose", "read"]
