# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-14: offloading of the KV cache: sizes, who keeps it, and on what."""

from __future__ import annotations

from collections.abc import Iterator

from .._catalogue.aidaptiv import LARGEST_DEVICE_GB
from .._catalogue.vllm import release
from .._engines.kv_offload import PROVIDERS, Provider, cache_devices, disk_class, provider
from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .finding import Plans, at, copies, error, warning

CODE = "V-14"

VENDOR = "aidaptiv"
VENDOR_KEYS = ("resume", "clean_obsolete", "device_count", "gpu_reuse", "long_token")
"""Keys that only the vendor's provider has."""


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        if not plan.engine.loads_model:
            continue
        chosen = provider(plan)
        if plan.engine.name not in chosen.engines:
            yield from _provider(plan)
        elif not plan.service.kv_offload.enabled:
            yield from _off(plan)
        else:
            yield from _version(plan, chosen)
            yield from _disk(plan, chosen)
        if chosen.name != VENDOR:
            yield from _vendor_keys(plan)


def _provider(plan: ServicePlan) -> Iterator[Problem]:
    given = plan.service.kv_offload.provider
    legal = [each.name for each in PROVIDERS.values() if plan.engine.name in each.engines]
    if given and legal:
        message = f"{given} cannot keep the cache of engine {plan.engine.name}."
        yield error(CODE, at(plan, "kv_offload.provider"), message, f"Write {' or '.join(legal)}.")


def _vendor_keys(plan: ServicePlan) -> Iterator[Problem]:
    offload = plan.service.kv_offload
    written = [key for key in VENDOR_KEYS if _written(plan, key)]
    if written:
        exist = "exist" if len(written) > 1 else "exists"
        also = "" if offload.ssd_gb else ", and ssd_gb is 0"
        message = f"{' and '.join(written)} {exist} for provider aidaptiv only{also}."
        hint = "Remove what is not for this provider, or use engine: aidaptiv with ssd_gb above 0."
        yield error(CODE, at(plan, "kv_offload"), message, hint)


def _off(plan: ServicePlan) -> Iterator[Problem]:
    for key in ("dram_gb", "ssd_gb"):
        size = getattr(plan.service.kv_offload, key)
        if size:
            message = f"{size} has no effect: kv_offload.enabled is false."
            yield error(CODE, at(plan, f"kv_offload.{key}"), message, "Remove one of the two.")


def _version(plan: ServicePlan, chosen: Provider) -> Iterator[Problem]:
    offload = plan.service.kv_offload
    for key, since in (("dram_gb", chosen.memory_since), ("ssd_gb", chosen.disk_since)):
        if getattr(offload, key) and release(plan.engine_version) < release(since):
            message = f"vLLM {plan.engine_version} does not offload by {chosen.name} there."
            hint = f"Remove it, or use an image with vLLM {since} or later."
            yield error(CODE, at(plan, f"kv_offload.{key}"), message, hint)


def _disk(plan: ServicePlan, chosen: Provider) -> Iterator[Problem]:
    offload = plan.service.kv_offload
    if not offload.ssd_gb:
        yield from _idle(plan, chosen)
        return
    path = at(plan, "kv_offload.ssd_gb")
    if chosen.disk_needs_memory and not offload.dram_gb:
        message = f"{chosen.name} reaches the disk through main memory, and dram_gb is 0."
        yield error(CODE, path, message, "Write dram_gb too.")
    if not chosen.keeps_within and disk_class(plan) is None:
        message = f"{chosen.name} never removes a file, and a full local disk would end the pod."
        hint = "Write kv_offload.storage_class for a volume of that size, provider: lmcache, or ssd_gb: 0."
        yield error(CODE, path, message, hint)
    if chosen.name == VENDOR:
        yield from _devices(plan)
        yield from _resume(plan)


def _idle(plan: ServicePlan, chosen: Provider) -> Iterator[Problem]:
    """What is said of a disk that is not used."""
    offload = plan.service.kv_offload
    if chosen.name == VENDOR and offload.device_count and _written(plan, "device_count"):
        message = f"{offload.device_count} would be reserved and idle: ssd_gb is 0."
        yield error(CODE, at(plan, "kv_offload.device_count"), message, "Remove it, or write ssd_gb.")
    for key in ("path", "storage_class"):
        if _written(plan, key) and not (chosen.name == VENDOR and key == "path"):
            message = "has no effect: ssd_gb is 0."
            yield error(CODE, at(plan, f"kv_offload.{key}"), message, "Remove it, or write ssd_gb.")


def _devices(plan: ServicePlan) -> Iterator[Problem]:
    offload, component = plan.service.kv_offload, plan.cluster.components.aidaptiv
    path = at(plan, "kv_offload.device_count")
    count = cache_devices(plan)
    if disk_class(plan) is not None:
        if _written(plan, "device_count"):
            message = f"has no effect: StorageClass {disk_class(plan)} gives the disk."
            yield error(CODE, path, message, "Remove one of the two.")
        return
    if not count:
        message = f"no device for {offload.ssd_gb} GB on disk."
        yield error(CODE, path, message, "Write 1 or more, or ssd_gb: 0.")
        return
    capacity = (component.device_gb or LARGEST_DEVICE_GB) * count
    if offload.ssd_gb > capacity:
        known = "" if component.device_gb else " of the largest size"
        message = f"{offload.ssd_gb} GB are more than {count} devices{known} hold, which is {capacity} GB."
        yield error(CODE, at(plan, "kv_offload.ssd_gb"), message, "Lower it, or write a larger device_count.")


def _resume(plan: ServicePlan) -> Iterator[Problem]:
    if plan.service.kv_offload.resume != "resume":
        return
    path = at(plan, "kv_offload.resume")
    if disk_class(plan) is not None:
        message = "the volume of a pod goes with it, so its successor finds nothing to resume."
        yield warning(CODE, path, message, "Write discard, or use cache devices.")
    if copies(plan) > 1:
        message = f"{copies(plan)} copies do not share a disk: which cache a new pod finds is left to chance."
        yield warning(CODE, path, message, "Write discard, or one copy.")


def _written(plan: ServicePlan, key: str) -> bool:
    return plan.service.provenance.get(f"kv_offload.{key}") == "user"
