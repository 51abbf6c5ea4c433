# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes in the cluster: whether claims will bind, and whether they are bound."""

from __future__ import annotations

from .claims import claim_faults
from .preflight import preflight
from .rights import rights

__all__ = ["claim_faults", "preflight", "rights"]
