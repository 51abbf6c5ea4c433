# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials in the cluster: whether they have the shape their readers expect, and a mark of their state."""

from __future__ import annotations

from .inspection import Finding, inspect
from .rights import rights

__all__ = ["Finding", "inspect", "rights"]
