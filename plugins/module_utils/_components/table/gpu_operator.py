# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NVIDIA's GPU Operator, which brings driver, runtime, plugin, discovery and metrics by itself."""

from __future__ import annotations

from ..component import Component
from ..signs import Definition, Operand, deployment

GPU_OPERATOR = Component(
    name="gpu_operator",
    title="NVIDIA GPU Operator",
    signs=(
        deployment(named="gpu-operator", images=("gpu-operator",), unless=("node-feature-discovery",)),
        Operand(group="nvidia.com", kind="ClusterPolicy"),
        Operand(group="nvidia.com", kind="GPUCluster"),
        Definition(name="clusterpolicies.nvidia.com"),
    ),
    brought=False,
)
