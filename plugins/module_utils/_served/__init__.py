# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service serves and where it is reached: as it is planned, or as a revision remembers it."""

from __future__ import annotations

from .place import Place, Publisher
from .published import public_address
from .served import SERVES, Served, memory, planned, remembered

__all__ = ["SERVES", "Place", "Publisher", "Served", "memory", "planned", "public_address", "remembered"]
