# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded control plane: a real Kubernetes with simulated nodes, on one machine, without containers."""

from __future__ import annotations

from .config import Config, Controllers, LabError, NodeGroup
from .lab import Result, down, remove, status, up

__all__ = ["Config", "Controllers", "LabError", "NodeGroup", "Result", "down", "remove", "status", "up"]
