# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one declaration of the inventory: what may be written, what it means, and what holds without it."""

from __future__ import annotations

from .cluster import (
    Cluster,
    Components,
    GpuNodes,
    GpuResources,
    KserveComponent,
    Namespace,
    PrometheusComponent,
    Registry,
)
from .fleet import Fleet
from .models import Adapter, Model
from .pod import (
    Cache,
    CpuAmount,
    Expose,
    MemoryAmount,
    Monitoring,
    Resources,
    Rollout,
    Scaling,
    Slo,
    Toleration,
    Verify,
)
from .secrets import RegistryLogin, Secret
from .serving import EngineArgs, Gpu, Kserve, KvOffload, Lora, Service, Topology
from .stores import CsiVolume, NfsVolume, PersistentVolume, Store

__all__ = [
    "Adapter",
    "Cache",
    "Cluster",
    "Components",
    "CpuAmount",
    "CsiVolume",
    "EngineArgs",
    "Expose",
    "Fleet",
    "Gpu",
    "GpuNodes",
    "GpuResources",
    "Kserve",
    "KserveComponent",
    "KvOffload",
    "Lora",
    "MemoryAmount",
    "Model",
    "Monitoring",
    "Namespace",
    "NfsVolume",
    "PersistentVolume",
    "PrometheusComponent",
    "Registry",
    "RegistryLogin",
    "Resources",
    "Rollout",
    "Scaling",
    "Secret",
    "Service",
    "Slo",
    "Store",
    "Toleration",
    "Topology",
    "Verify",
]
