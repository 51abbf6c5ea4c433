# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The platforms, one file each."""

from __future__ import annotations

from .deployment import DEPLOYMENT
from .kserve import KSERVE
from .platform import Platform

PLATFORMS: dict[str, Platform] = {platform.name: platform for platform in (DEPLOYMENT, KSERVE)}

__all__ = ["PLATFORMS", "Platform"]
