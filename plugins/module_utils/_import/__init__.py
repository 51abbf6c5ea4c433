# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the values and manifests of other tools to entries of the inventory, and what changed on the way."""

from __future__ import annotations

from .imported import Imported, Note
from .sources import SOURCES, UnknownSource, import_values

__all__ = ["SOURCES", "Imported", "Note", "UnknownSource", "import_values"]
