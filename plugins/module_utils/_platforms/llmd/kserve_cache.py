# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tiers of an offloaded KV cache as KServe has them: main memory, and a disk that it mounts itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..._workload import Volume, Workload

if TYPE_CHECKING:
    from ..._plan.facts import ServicePlan

KV_CACHE_DIR = "/mnt/kv-cache-0"
"""Where KServe mounts the first tier below main memory."""


def offloading(plan: ServicePlan) -> dict[str, Any]:
    """Nothing for a cache without main memory, which KServe has no words for."""
    offload = plan.service.kv_offload
    if not (offload.enabled and offload.dram_gb and plan.engine.loads_model):
        return {}
    tiers: dict[str, Any] = {"cpu": f"{offload.dram_gb}G"}
    if disk := _disk(plan.workload):
        tiers["secondary"] = [{"fileSystem": _file_system(disk)}]
    return {"kvCacheOffloading": tiers}


def without_disk(plan: ServicePlan, workload: Workload) -> Workload:
    """The workload as we would mount it, less the disk that KServe adds."""
    disk = _disk(workload)
    if disk is None or not offloading(plan):
        return workload
    mounts = tuple(mount for mount in workload.main.mounts if mount.volume != disk.name)
    volumes = tuple(volume for volume in workload.volumes if volume != disk)
    return replace(workload, main=replace(workload.main, mounts=mounts), volumes=volumes)


def _disk(workload: Workload) -> Volume | None:
    mounted = {mount.volume for mount in workload.main.mounts if mount.path == KV_CACHE_DIR}
    return next((volume for volume in workload.volumes if volume.name in mounted), None)


def _file_system(disk: Volume) -> dict[str, Any]:
    if "emptyDir" in disk.source:
        return {"emptyDir": {"size": disk.source["emptyDir"]["sizeLimit"]}}
    return {"pvc": {"spec": disk.source["ephemeral"]["volumeClaimTemplate"]["spec"]}}
