# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NVIDIA's device plugin: also where a provider calls it otherwise, or runs it in the nodes' system."""

from __future__ import annotations

from ..component import Component
from ..signs import Advertised, Driver, Operand, Workload, daemon_set

PLUGIN = daemon_set(
    named="nvidia-device-plugin",
    images=("k8s-device-plugin", "nvidia-gpu-device-plugin"),
    unless=("gpu-feature-discovery", "mps-control-daemon"),
)
PROVIDERS = daemon_set(named="nvidia-gpu-device-plugin")
OPERATORS = Operand(group="nvidia.com", kind="ClusterPolicy", switch=("devicePlugin", "enabled"))
HAMIS: Workload = daemon_set(
    named="hami-device-plugin", labels={"app.kubernetes.io/component": "hami-device-plugin"}
)

DEVICE_PLUGIN = Component(
    name="device_plugin",
    title="NVIDIA device plugin",
    signs=(
        PLUGIN,
        PROVIDERS,
        OPERATORS,
        Operand(group="nvidia.com", kind="GPUCluster"),
        Driver(name="gpu.nvidia.com"),
        Advertised(resource="nvidia.com/gpu"),
    ),
    rivals=(HAMIS,),
)
