# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NVIDIA's DCGM exporter."""

from __future__ import annotations

from ..component import Component
from ..signs import Operand, daemon_set

DCGM = Component(
    name="dcgm",
    title="DCGM exporter",
    signs=(
        daemon_set(named="dcgm-exporter", images=("dcgm-exporter",)),
        Operand(group="nvidia.com", kind="ClusterPolicy", switch=("dcgmExporter", "enabled")),
        Operand(group="nvidia.com", kind="GPUCluster"),
    ),
)
