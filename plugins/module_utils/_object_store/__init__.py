# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Models into a bucket: what goes where, what of it is there already, and the way."""

from __future__ import annotations

from .comparison import Comparison
from .exchange import compared, missing, send
from .rclone import RcloneFailed, find_rclone
from .reach import remotes
from .upload import Upload
from .wanted import Local, wanted

__all__ = [
    "Comparison",
    "Local",
    "RcloneFailed",
    "Upload",
    "compared",
    "find_rclone",
    "missing",
    "remotes",
    "send",
    "wanted",
]
