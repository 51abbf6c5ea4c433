# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The GPUs of a service: how many make one copy, which they are, and where its pods run."""

from __future__ import annotations

from dataclasses import dataclass

from ..option import Devices, Memory, Names, Text, option


@dataclass(frozen=True, kw_only=True)
class Placement:
    scheduler: str | None = option(
        "Scheduler of the pods. An empty string is the cluster's default.",
        default=None,
        implied="the cluster's default, for O(llm_serving[].gpu.mode) V(vgpu) that of HAMi",
    )
    gang: str = option(
        "How several pods of one copy get their GPUs all at once: V(serial) lets one copy start"
        " after the other,"
        " the others name what does it in the cluster.",
        choices=("none", "serial", "volcano", "kueue", "coscheduling"),
        default="none",
    )
    queue: str | None = option("LocalQueue of Kueue or queue of Volcano.", default=None)
    colocate: str = option(
        "V(node) keeps the pods of one copy on one node, which on platform V(lws) it has for itself; a node"
        " label such as V(topology.kubernetes.io/rack) keeps them where its value is the same.",
        default="none",
    )


@dataclass(frozen=True, kw_only=True)
class Topology:
    tensor: int = option("Tensor parallelism: GPUs that share each layer.", default=1, minimum=1)
    pipeline: int = option(
        "Pipeline parallelism: groups of GPUs that share the layers.", default=1, minimum=1
    )
    data: int = option("Data parallelism: engines of one copy that share its requests.", default=1, minimum=1)
    expert: bool = option(
        "Expert parallelism: the experts are spread over all GPUs of a copy.", default=False
    )
    pods: str = option(
        "V(single) is one pod per copy, V(per-gpu) one pod per GPU, V(per-node) one pod for every"
        " O(llm_serving[].topology.gpus_per_node) GPUs.",
        choices=("single", "per-gpu", "per-node"),
        default="single",
        implied="V(single), for platform V(leader-workers) V(per-gpu)",
    )
    gpus_per_node: int | None = option("GPUs of one pod, for V(per-node).", default=None, minimum=1)
    placement: Placement = option("Where the pods of one copy run.", default=Placement())


@dataclass(frozen=True, kw_only=True)
class Gpu:
    mode: str = option(
        "V(resource) requests whole GPUs and the device plugin chooses them; V(vgpu) requests shares of GPUs"
        " (HAMi); V(visible-devices) takes devices by index or UUID past the scheduler; V(none) uses no GPU.",
        choices=("resource", "vgpu", "visible-devices", "none"),
        default="resource",
        implied="V(resource), for engine V(simulator) V(none)",
    )
    product: Names = option(
        "GPU product as in the node label C(nvidia.com/gpu.product), for example V(NVIDIA-A10G). A list makes"
        " one instance for each product on platform V(leader-workers), elsewhere any of them will do.",
        default=(),
        implied="any",
    )
    resource: str | None = option(
        "Resource name to request, for example V(nvidia.com/mig-3g.40gb).",
        default=None,
        implied="O(llm_cluster.gpu_resources)",
    )
    memory_percent: int | None = option(
        "Share of each GPU's memory in percent, 1 to 100, for V(vgpu).", default=None
    )
    memory: Memory | None = option("Share of each GPU's memory, for V(vgpu).", default=None)
    visible_devices: Devices = option(
        "Indices or full UUIDs of the devices, for V(visible-devices).", default=()
    )
    acknowledge_unaccounted_gpu: bool = option(
        "The scheduler does not know of GPUs taken by V(visible-devices), and others may get them too."
        " Required there.",
        default=False,
    )
    p2p: Text = option(
        "Whether the GPUs of a pod reach each other directly (NVLink or PCIe peer to peer).",
        choices=("auto", "true", "false"),
        default="auto",
    )
