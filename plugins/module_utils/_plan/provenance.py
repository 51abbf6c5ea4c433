# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where each value of a service comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from .._engines.kv_offload import cache_devices, directory, disk_class, dram_gb, provider, ssd_gb
from .._engines.vllm_arguments import GPU_MEMORY_UTILIZATION
from .._fleet.schema import keys
from .facts import ServicePlan

PLATFORMS = {"kserve": "kserve", "llmd": "llmd", "router": "llmd", "prefill": "llmd"}
"""Keys of one platform alone."""


def provenance(plan: ServicePlan) -> list[dict[str, Any]]:
    """Each key that has a value, with its value and its source.

    The source is ``user``, ``preset:<name>``, ``derived`` from other keys, or ``default``. What has no value
    is left to the engine or the cluster.
    """
    return [
        {"key": key, "value": value, "source": source} for key, value, source in _leaves(plan, plan.service)
    ]


def _leaves(plan: ServicePlan, record: Any, prefix: str = "") -> Iterator[tuple[str, Any, str]]:
    for name, key in keys(type(record)).items():
        path, value = f"{prefix}{name}", getattr(record, name)
        if key.declared.engines and plan.engine.name not in key.declared.engines:
            continue
        if not prefix and PLATFORMS.get(name, plan.platform.name) != plan.platform.name:
            continue
        if key.shape == "record" and value is not None:
            yield from _leaves(plan, value, f"{path}.")
        elif key.shape == "map" and value:
            yield from (
                (f"{path}.{item}", each, _given(plan, f"{path}.{item}")) for item, each in value.items()
            )
        elif key.shape == "records":
            yield from _leaf(plan, path, [asdict(each) for each in value])
        else:
            yield from _leaf(plan, path, value)


def _leaf(plan: ServicePlan, path: str, value: Any) -> Iterator[tuple[str, Any, str]]:
    given = plan.service.provenance.get(path)
    derived = DERIVED[path](plan) if given is None and path in DERIVED else None
    if derived is not None:
        yield path, derived, "derived"
    elif given is not None or value not in (None, (), [], {}, ""):
        yield path, value, given or "default"


def _given(plan: ServicePlan, path: str) -> str:
    """The source of one item of a map; a map inside a map is one value."""
    sources = plan.service.provenance
    return sources.get(path) or next(
        (sources[key] for key in sources if key.startswith(f"{path}.")), "default"
    )


def _amount(side: str, name: str) -> Callable[[ServicePlan], Any]:
    return lambda plan: getattr(plan.resources, f"{side}s")[name]


DERIVED: dict[str, Callable[[ServicePlan], Any]] = {
    "image": lambda plan: plan.image,
    "version": lambda plan: plan.engine_version if plan.engine.loads_model else None,
    "gpu.mode": lambda plan: plan.gpu_mode if plan.gpu_mode != plan.service.gpu.mode else None,
    "engine_args.gpu_memory_utilization": lambda plan: GPU_MEMORY_UTILIZATION,
    "engine_args.dtype": lambda plan: plan.model.dtype,
    "topology.placement.scheduler": lambda plan: plan.scheduler,
    "kv_offload.provider": lambda plan: provider(plan).name if dram_gb(plan) or ssd_gb(plan) else None,
    "kv_offload.path": lambda plan: directory(plan) if ssd_gb(plan) else None,
    "kv_offload.storage_class": lambda plan: disk_class(plan) if ssd_gb(plan) else None,
    "kv_offload.device_count": lambda plan: cache_devices(plan) or None,
    **{
        f"resources.{key}.{side}": _amount(side, name)
        for key, name in (("cpu", "cpu"), ("memory", "memory"), ("ephemeral", "ephemeral-storage"))
        for side in ("request", "limit")
    },
    "shm_size": lambda plan: plan.shm_size,
    "delivery": lambda plan: plan.location.delivery if plan.engine.loads_model else None,
    "pull_secrets": lambda plan: plan.pull_secrets or None,
    "service_account": lambda plan: plan.service_account,
    "run_as.user": lambda plan: plan.user,
    "run_as.group": lambda plan: plan.user,
    "verify.startup_timeout": lambda plan: plan.startup_timeout,
    "expose.port": lambda plan: plan.service_port,
}
"""Keys that say nothing of their own when they are not written, and what follows for them."""
