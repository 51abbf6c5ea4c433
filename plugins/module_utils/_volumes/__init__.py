# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes in the cluster: whether claims will bind, whether they are bound, and what must give way before."""

from __future__ import annotations

from .claims import claim_faults
from .mounted import mounted_in
from .preflight import preflight
from .released import free, released
from .replacing import make_way, obstacles, outdated
from .rights import rights

__all__ = [
    "claim_faults",
    "free",
    "make_way",
    "mounted_in",
    "obstacles",
    "outdated",
    "preflight",
    "released",
    "rights",
]
