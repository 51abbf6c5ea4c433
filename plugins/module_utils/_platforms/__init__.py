# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The platforms, one file each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .deployment import DEPLOYMENT
from .kserve import KSERVE
from .leader_workers import LEADER_WORKERS
from .llmd import PROVIDERS, preset_objects
from .lws import LWS
from .platform import Platform

if TYPE_CHECKING:
    from .._fleet import Service

PLATFORMS: dict[str, Platform] = {
    platform.name: platform for platform in (DEPLOYMENT, KSERVE, LEADER_WORKERS, LWS)
}


def platform_of(service: Service) -> Platform:
    """The platform of a service; llm-d is made in two ways."""
    return PROVIDERS[service.llmd.provider] if service.platform == "llmd" else PLATFORMS[service.platform]


__all__ = ["PLATFORMS", "Platform", "platform_of", "preset_objects"]
