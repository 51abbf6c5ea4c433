# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""CPU, memory and storage of a pod; what is given wins over what is known of engine and model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._quantities import quantity
from .._workload import Resources

if TYPE_CHECKING:
    from .._fleet import Model
    from .facts import ServicePlan

GIB = 2**30
_SMALL_BELOW, _MEDIUM_UP_TO = 7.0, 13.0


def size_class(model: Model, known: float | None) -> str:
    """``small``, ``medium`` or ``large``; *known* is what the name tells of the parameters in 10^9."""
    if model.size_class is not None:
        return model.size_class
    params = model.params_b if model.params_b is not None else known
    if params is None:
        return "medium"
    if params < _SMALL_BELOW:
        return "small"
    return "medium" if params <= _MEDIUM_UP_TO else "large"


def shm_size(plan: ServicePlan) -> str | None:
    """Size of ``/dev/shm``: as given, else 2Gi for each GPU, through which NCCL talks, up to 16Gi.

    An engine may want more for a number of GPUs.
    """
    if plan.service.shm_size is not None:
        return plan.service.shm_size
    if plan.gpu_mode == "none":
        return None
    for gpus, size in plan.engine.shared_memory.items():
        if plan.gpus_per_pod <= gpus:
            return size
    return f"{min(2 * plan.gpus_per_pod, 16)}Gi"


def resources(plan: ServicePlan) -> Resources:
    """Requests and limits of the main container."""
    given = plan.service.resources
    base = plan.engine.amounts[plan.size_class]
    extra = _beside_the_engine(plan)
    local = _model_on_local_disk(plan)
    defaults = {
        "cpu": tuple(_times(amount, plan.gpus_per_pod) for amount in base.cpu),
        "memory": tuple(_plus(amount, extra) for amount in base.memory),
        "ephemeral-storage": tuple(_plus(amount, local) for amount in base.ephemeral),
    }
    requests: dict[str, str] = {}
    limits: dict[str, str] = {}
    written = {
        "cpu": (given.cpu.request, given.cpu.limit),
        "memory": (given.memory.request, given.memory.limit),
        "ephemeral-storage": (given.ephemeral.request, given.ephemeral.limit),
    }
    for name, (request, limit) in written.items():
        requests[name], limits[name] = _settle(request, limit, *defaults[name])
    counted = {**given.extra, **plan.gpu_resources}
    requests.update(counted)
    limits.update(counted)
    return Resources(requests=requests, limits=limits)


def local_size(plan: ServicePlan) -> str:
    """Size limit of a copied model's volume: its files, a tenth more, and a GiB for each adapter.

    Of a model whose size nobody knows, all that the pod may write is the limit.
    """
    if plan.raw_size is None:
        return plan.resources.limits["ephemeral-storage"]
    files = int(quantity(plan.raw_size) * 11 / 10)
    return _plus("0", files + len(plan.served_adapters) * GIB)


def _settle(request: str | None, limit: str | None, by_default: str, at_most: str) -> tuple[str, str]:
    """Request and limit; a given one moves the default of the other only where they would contradict."""
    if request is None and limit is not None:
        return min(by_default, limit, key=quantity), limit
    if request is not None and limit is None:
        return request, max(at_most, request, key=quantity)
    return request or by_default, limit or at_most


def _beside_the_engine(plan: ServicePlan) -> int:
    """Bytes of memory that shared memory and an offloaded KV cache take."""
    shared = quantity(plan.shm_size) if plan.shm_size else 0
    offload = plan.service.kv_offload
    return int(shared) + (offload.dram_gb * 10**9 if offload.enabled else 0)


def _model_on_local_disk(plan: ServicePlan) -> int:
    """Bytes of the model where it comes to lie on the node's disk."""
    if not plan.engine.loads_model or plan.location.delivery in ("mount", "image"):
        return 0
    if plan.location.delivery in ("hub", "repository") and plan.service.cache.store:
        return 0
    if plan.location.delivery in ("copy", "script") and plan.service.shared_storage_class:
        return 0
    if plan.location.uri.startswith("pvc:"):
        return 0
    if plan.raw_size is not None:
        return int(quantity(plan.raw_size))
    return _UNKNOWN_MODEL[plan.size_class]


_UNKNOWN_MODEL = {"small": 15 * GIB, "medium": 30 * GIB, "large": 150 * GIB}


def _plus(amount: str, extra: int) -> str:
    return f"{-(-(int(quantity(amount)) + extra) // GIB)}Gi" if extra else amount


def _times(amount: str, gpus: int) -> str:
    """CPUs of a pod with more than one GPU: the first has the base, each other adds half of it."""
    if gpus <= 1:
        return amount
    return str(int(quantity(amount) * (gpus + 1) / 2))
