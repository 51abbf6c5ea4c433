# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one declaration of the inventory: what may be written, what it means, and what holds without it."""

from __future__ import annotations

from .cluster import (
    AidaptivComponent,
    Cluster,
    Component,
    Components,
    GatewayComponent,
    GpuNodes,
    GpuResources,
    HamiComponent,
    HostDirectory,
    HostMount,
    KserveComponent,
    Namespace,
    PrometheusComponent,
    Registry,
)
from .engine import Conversion, ConversionResources, EngineArgs, KvOffload, Lora, Prescript
from .fleet import Fleet
from .models import Adapter, Model
from .platform import Kserve, Llmd, Prefill, Router
from .pod import (
    Auth,
    Cache,
    Canary,
    CpuAmount,
    Expose,
    MemoryAmount,
    Monitoring,
    Resources,
    Rollout,
    RunAs,
    Scaling,
    Slo,
    Tls,
    Toleration,
    Verify,
)
from .secrets import RegistryLogin, Secret
from .serving import Service
from .stores import CsiVolume, NfsVolume, PersistentVolume, Store
from .topology import Gpu, Placement, Topology

__all__ = [
    "Adapter",
    "AidaptivComponent",
    "Auth",
    "Cache",
    "Canary",
    "Cluster",
    "Component",
    "Components",
    "Conversion",
    "ConversionResources",
    "CpuAmount",
    "CsiVolume",
    "EngineArgs",
    "Expose",
    "Fleet",
    "GatewayComponent",
    "Gpu",
    "GpuNodes",
    "GpuResources",
    "HamiComponent",
    "HostDirectory",
    "HostMount",
    "Kserve",
    "KserveComponent",
    "KvOffload",
    "Llmd",
    "Lora",
    "MemoryAmount",
    "Model",
    "Monitoring",
    "Namespace",
    "NfsVolume",
    "PersistentVolume",
    "Placement",
    "Prefill",
    "Prescript",
    "PrometheusComponent",
    "Registry",
    "RegistryLogin",
    "Resources",
    "Rollout",
    "Router",
    "RunAs",
    "Scaling",
    "Secret",
    "Service",
    "Slo",
    "Store",
    "Tls",
    "Toleration",
    "Topology",
    "Verify",
]
