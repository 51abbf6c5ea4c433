# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GPU Feature Discovery, from its old image, from the device plugin's, or by the labels that it left."""

from __future__ import annotations

from ..component import Component
from ..signs import Marked, Operand, daemon_set

GFD = Component(
    name="gfd",
    title="GPU Feature Discovery",
    signs=(
        daemon_set(
            named="gpu-feature-discovery", images=("gpu-feature-discovery",), command="gpu-feature-discovery"
        ),
        Operand(group="nvidia.com", kind="ClusterPolicy", switch=("gfd", "enabled")),
        Operand(group="nvidia.com", kind="GPUCluster"),
        Marked(key="nvidia.com/gpu.product"),
    ),
)
