# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GPUs of a pod: how many, under which resource names, on which nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._catalogue.gpus import PRODUCT_LABEL, RESOURCE_NAMES
from .._quantities import quantity

if TYPE_CHECKING:
    from .._fleet import Cluster
    from .facts import ServicePlan


def resource_names(cluster: Cluster) -> dict[str, str]:
    """Names of the cluster's GPU resources by what they count."""
    given = cluster.gpu_resources
    named = {"count": given.count, "memory_percent": given.memory_percent, "memory": given.memory}
    return {**RESOURCE_NAMES[given.preset], **{what: name for what, name in named.items() if name}}


def gpu_resources(plan: ServicePlan) -> dict[str, str]:
    """What the pod asks of the scheduler; request and limit are the same for extended resources."""
    gpu = plan.service.gpu
    if plan.gpu_mode == "none" or (plan.gpu_mode == "visible-devices" and gpu.resource is None):
        return {}
    names = resource_names(plan.cluster)
    amounts = {gpu.resource or names["count"]: str(plan.gpus_per_pod)}
    if plan.gpu_mode == "vgpu":
        if gpu.memory_percent is not None and "memory_percent" in names:
            amounts[names["memory_percent"]] = str(gpu.memory_percent)
        if gpu.memory is not None and "memory" in names:
            amounts[names["memory"]] = str(int(quantity(gpu.memory) / 2**20))
    return amounts


def gpu_environment(plan: ServicePlan) -> dict[str, str]:
    """Variables by which CUDA and NCCL know their devices and the way between them."""
    env: dict[str, str] = {}
    if plan.gpu_mode == "visible-devices":
        env["CUDA_VISIBLE_DEVICES"] = ",".join(plan.service.gpu.visible_devices)
    if plan.gpu_mode != "none" and plan.world_size > 1:
        env["NCCL_DEBUG"] = "INFO" if plan.service.engine_args.log_verbose else "WARN"
        if plan.service.gpu.p2p == "false":
            env["NCCL_P2P_DISABLE"] = "1"
            env["NCCL_IGNORE_DISABLED_P2P"] = "1"
    return env


def tolerations(plan: ServicePlan) -> tuple[dict[str, Any], ...]:
    """The taint of the GPU nodes, whatever its value, and what the user adds."""
    taint = plan.cluster.gpu_nodes.taint
    own: list[dict[str, Any]] = []
    if plan.gpu_mode != "none" and taint:
        key, _colon, effect = taint.partition(":")
        own.append({"key": key.partition("=")[0], "operator": "Exists", "effect": effect})
    for given in plan.service.tolerations:
        fields = {
            "key": given.key,
            "operator": given.operator,
            "value": given.value,
            "effect": given.effect,
            "tolerationSeconds": given.tolerationSeconds,
        }
        own.append({name: value for name, value in fields.items() if value is not None})
    return tuple(own)


def affinity(plan: ServicePlan) -> dict[str, Any]:
    """GPU pods run on GPU nodes, of the wanted product where one is named."""
    if plan.gpu_mode == "none":
        return {}
    key, _equals, value = plan.cluster.gpu_nodes.label.partition("=")
    expressions = [{"key": key, "operator": "In", "values": [value]}]
    if plan.service.gpu.product:
        products = list(plan.service.gpu.product)
        expressions.append({"key": PRODUCT_LABEL, "operator": "In", "values": products})
    required = {"nodeSelectorTerms": [{"matchExpressions": expressions}]}
    return {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
