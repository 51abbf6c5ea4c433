# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who keeps what of the KV cache does not fit on the GPU: what the engine is told, and where it writes.

The same sizes mean the same for every provider and are passed on as they are; where a provider wants bytes,
one is 10^9 of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .._catalogue.aidaptiv import DEVICE, STORAGE_CLASS
from .._workload import Mount, Volume, Workload

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

GB = 10**9
_DIRECTORY = "/mnt/kv-cache"
_VOLUME = "kv-cache"
_SPARE = 10
"""Percent of local storage above the size that a provider keeps to."""


@dataclass(frozen=True, kw_only=True)
class Provider:
    """One way to keep the cache."""

    name: str
    engines: tuple[str, ...]
    memory_since: str
    """First version of vLLM whose cache it keeps in main memory."""
    disk_since: str
    """First version of vLLM whose cache it keeps on a disk."""
    disk_needs_memory: bool = False
    """Whether all that goes to the disk goes through main memory."""
    keeps_within: bool = True
    """Whether it removes the oldest when the disk is full."""
    arguments: Callable[[ServicePlan], dict[str, Any]]
    """What the engine is told, beside a connector."""
    connector: Callable[[ServicePlan], dict[str, Any] | None]
    """The connector of vLLM that does it, where it must be named."""


def provider(plan: ServicePlan) -> Provider:
    """The given one, else the first that the engine can have."""
    given = plan.service.kv_offload.provider
    if given is not None:
        return PROVIDERS[given]
    usual = (each for each in PROVIDERS.values() if plan.engine.name in each.engines)
    return next(usual, PROVIDERS["vllm-native"])


def dram_gb(plan: ServicePlan) -> int:
    offload = plan.service.kv_offload
    return offload.dram_gb if offload.enabled and plan.engine.loads_model else 0


def ssd_gb(plan: ServicePlan) -> int:
    offload = plan.service.kv_offload
    return offload.ssd_gb if offload.enabled and plan.engine.loads_model else 0


def directory(plan: ServicePlan) -> str:
    """Where the disk is inside the container."""
    given = plan.service.kv_offload.path
    if given is not None:
        return given
    own = plan.cluster.components.aidaptiv.mount_path
    return own if provider(plan).name == "aidaptiv" else plan.platform.kv_cache_dir or _DIRECTORY


def disk_class(plan: ServicePlan) -> str | None:
    """StorageClass of the disk: as given, else the vendor's where its packaging with volumes is installed."""
    given = plan.service.kv_offload.storage_class
    return given or (STORAGE_CLASS if plan.cluster.components.aidaptiv.mode == "topolvm" else None)


def cache_devices(plan: ServicePlan) -> int:
    """Cache devices of a pod: none without a size on disk, none where a StorageClass gives the disk."""
    if provider(plan).name != "aidaptiv" or disk_class(plan) is not None or not ssd_gb(plan):
        return 0
    given = plan.service.kv_offload.device_count
    return 1 if given is None else given


def offload_arguments(plan: ServicePlan) -> dict[str, Any]:
    return provider(plan).arguments(plan)


def offload_connector(plan: ServicePlan) -> dict[str, Any] | None:
    return provider(plan).connector(plan)


def attach_offload(plan: ServicePlan, workload: Workload) -> Workload:
    """The workload with the disk that its cache is kept on."""
    if devices := cache_devices(plan):
        owned = {DEVICE: str(devices)}
        amounts = workload.main.resources
        resources = replace(
            amounts, requests={**amounts.requests, **owned}, limits={**amounts.limits, **owned}
        )
        return replace(workload, main=replace(workload.main, resources=resources))
    if not ssd_gb(plan):
        return workload
    volume = Volume(name=_VOLUME, source=_disk(plan))
    return workload.with_mounts((volume, Mount(volume=_VOLUME, path=directory(plan))))


def _disk(plan: ServicePlan) -> dict[str, Any]:
    storage_class, size = disk_class(plan), ssd_gb(plan)
    if storage_class is None:
        return {"emptyDir": {"sizeLimit": f"{-(-size * (100 + _SPARE) // 100)}G"}}
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": storage_class,
        "resources": {"requests": {"storage": f"{size}G"}},
    }
    return {"ephemeral": {"volumeClaimTemplate": {"spec": claim}}}


def _vendor_arguments(plan: ServicePlan) -> dict[str, Any]:
    offload = plan.service.kv_offload
    arguments: dict[str, Any] = {"nvme_path": directory(plan)}
    if not offload.enabled:
        return {**arguments, "disable_kv_cache_offload": True}
    chosen = {
        "no_resume_kv_cache": offload.resume == "discard",
        "resume_kv_cache": offload.resume == "resume",
        "clean_obsolete_kv_cache": offload.clean_obsolete is True,
        "disable_gpu_reuse": offload.gpu_reuse is False,
        "disable_long_token": offload.long_token is False,
    }
    arguments |= {"dram_kv_offload_gb": offload.dram_gb, "ssd_kv_offload_gb": offload.ssd_gb}
    return arguments | {name: True for name, on in chosen.items() if on}


def _native_arguments(plan: ServicePlan) -> dict[str, Any]:
    """vLLM makes the connector by itself, unless there is a disk or another connector beside it."""
    if not dram_gb(plan) or _native_connector(plan) is not None:
        return {}
    return {"kv_offloading_size": dram_gb(plan), "kv_offloading_backend": "native"}


def _native_connector(plan: ServicePlan) -> dict[str, Any] | None:
    if not ssd_gb(plan) and (plan.role == "both" or not dram_gb(plan)):
        return None
    extra: dict[str, Any] = {"cpu_bytes_to_use": dram_gb(plan) * GB}
    if ssd_gb(plan):
        extra["spec_name"] = "TieringOffloadingSpec"
        extra["secondary_tiers"] = [{"type": "fs", "root_dir": directory(plan)}]
    return {
        "kv_connector": "OffloadingConnector",
        "kv_role": "kv_both",
        "kv_connector_extra_config": extra,
    }


def _lmcache_connector(plan: ServicePlan) -> dict[str, Any] | None:
    """LMCache inside the engine's process, which counts its sizes for each GPU.

    ``--kv-offloading-backend=lmcache`` is not the same: newer versions of vLLM then look for a server.
    """
    memory, disk = dram_gb(plan), ssd_gb(plan)
    if not memory and not disk:
        return None
    gpus = max(plan.gpus_per_pod, 1)
    extra: dict[str, Any] = {"lmcache.local_cpu": bool(memory)}
    if memory:
        extra["lmcache.max_local_cpu_size"] = memory / gpus
    if disk:
        extra["lmcache.local_disk"] = f"file://{directory(plan)}/"
        extra["lmcache.max_local_disk_size"] = disk / gpus
    return {
        "kv_connector": "LMCacheConnectorV1",
        "kv_role": "kv_both",
        "kv_connector_extra_config": extra,
    }


PROVIDERS = {
    each.name: each
    for each in (
        Provider(
            name="aidaptiv",
            engines=("aidaptiv",),
            memory_since="0",
            disk_since="0",
            arguments=_vendor_arguments,
            connector=lambda plan: None,
        ),
        Provider(
            name="vllm-native",
            engines=("vllm", "triton-vllm"),
            memory_since="0.12.0",
            disk_since="0.22.0",
            disk_needs_memory=True,
            keeps_within=False,
            arguments=_native_arguments,
            connector=_native_connector,
        ),
        Provider(
            name="lmcache",
            engines=("vllm", "triton-vllm"),
            memory_since="0.12.0",
            disk_since="0.12.0",
            arguments=lambda plan: {},
            connector=_lmcache_connector,
        ),
    )
}
"""Versions are the first that were looked into; for disks of vLLM's own, the first that KServe gives them."""
