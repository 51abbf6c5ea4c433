# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The small programs that run on GPU nodes, as objects of our own: no vendor's manifest is needed."""

from __future__ import annotations

from .agent import Agent, Settings
from .dcgm import DCGM
from .device_plugin import DEVICE_PLUGIN
from .gfd import GFD
from .nfd import NFD

__all__ = ["AGENTS", "Agent", "Settings"]

AGENTS: dict[str, Agent] = {agent.name: agent for agent in (NFD, DEVICE_PLUGIN, GFD, DCGM)}
