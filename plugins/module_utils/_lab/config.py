# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lab is made of: the records that the module fills from its options."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


class LabError(Exception):
    """Something a person has to know or do; the text says what."""


@dataclass(frozen=True, kw_only=True)
class NodeGroup:
    """Nodes of one shape. Groups of the same name continue its numbering: gpu-0, gpu-1, …"""

    name: str
    count: int = 1
    cpu: str = "16"
    memory: str = "64Gi"
    pods: int = 110
    gpus: int = 0
    gpu_product: str | None = None
    gpu_memory: int | None = None
    bare: bool = False
    instance_type: str | None = None
    zones: tuple[str, ...] = ()
    racks: tuple[str, ...] = ()
    resources: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    taints: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Controllers:
    """The real controllers that run beside the control plane, and the Gateway API's status half."""

    kserve: bool = False
    llmisvc: bool = False
    lws: bool = False
    kueue: bool = False
    knative: bool = False
    gateway: bool = False


# Position = offset from the lab's base port.
PORTS = (
    "kube-apiserver",
    "etcd",
    "etcd-peer",
    "kube-controller-manager",
    "kube-scheduler",
    "kwok",
    "kserve",
    "kserve-health",
    "llmisvc",
    "llmisvc-health",
    "lws",
    "lws-health",
    "kueue",
    "kueue-health",
    "knative-webhook",
)


def default_cache() -> Path:
    """Where binaries and snapshots are kept for every lab of this user."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "inferops" / "lab"


@dataclass(frozen=True, kw_only=True)
class Config:
    """One lab: everything of it lives under `directory` and on the ports from `port` on."""

    directory: Path
    sources: Path
    port: int = 6443
    nodes: tuple[NodeGroup, ...] = ()
    controllers: Controllers = Controllers()
    crds: tuple[str, ...] = ()
    binaries: Mapping[str, Path] = field(default_factory=dict)
    cache: Path = field(default_factory=default_cache)

    def port_of(self, name: str) -> int:
        return self.port + PORTS.index(name)

    @property
    def address(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def kubeconfig(self) -> Path:
        return self.directory / "admin.kubeconfig"

    @property
    def pki(self) -> Path:
        return self.directory / "pki"
