# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``llm_serving``: one entry is one running service."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..option import Devices, Memory, Text, option
from .pod import Cache, Expose, Monitoring, Resources, Rollout, Scaling, Toleration, Verify

VLLM = ("vllm", "triton-vllm")
TRITON = ("triton-vllm",)


@dataclass(frozen=True, kw_only=True)
class Kserve:
    mode: str | None = option(
        "Deployment mode of the InferenceService. It cannot change on an existing one.",
        choices=("Standard",),
        default=None,
        implied="O(llm_cluster.components.kserve.deployment_mode)",
    )
    runtime: str | None = option(
        "V(existing:<name>) uses a ClusterServingRuntime or ServingRuntime that is already there.",
        default=None,
        implied="a ServingRuntime of this service",
    )


@dataclass(frozen=True, kw_only=True)
class Topology:
    tensor: int = option("Tensor parallelism: GPUs that share each layer.", default=1, minimum=1)
    pipeline: int = option(
        "Pipeline parallelism: groups of GPUs that share the layers.", default=1, minimum=1
    )


@dataclass(frozen=True, kw_only=True)
class Gpu:
    mode: str = option(
        "V(resource) requests whole GPUs and the device plugin chooses them; V(vgpu) requests shares of GPUs"
        " (HAMi); V(visible-devices) takes devices by index or UUID past the scheduler; V(none) uses no GPU.",
        choices=("resource", "vgpu", "visible-devices", "none"),
        default="resource",
        implied="V(resource), for engine V(simulator) V(none)",
    )
    product: str | None = option(
        "GPU product as in the node label C(nvidia.com/gpu.product), for example V(NVIDIA-A10G).",
        default=None,
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


@dataclass(frozen=True, kw_only=True)
class EngineArgs:
    gpu_memory_utilization: float | None = option(
        "Share of the visible GPU memory that the engine takes, above 0 and up to 1.",
        default=None,
        implied="0.9",
        engines=VLLM,
    )
    max_model_len: int | None = option(
        "Longest sequence in tokens, prompt and answer.", default=None, implied="the model's own", minimum=1
    )
    max_num_seqs: int | None = option(
        "Most sequences in one step.", default=None, implied="the engine's", minimum=1
    )
    max_num_batched_tokens: int | None = option(
        "Most tokens in one step.", default=None, implied="the engine's", minimum=1, engines=VLLM
    )
    kv_cache_dtype: str | None = option(
        "Data type of the KV cache, for example V(auto), V(fp8), V(fp8_e5m2).",
        default=None,
        implied="the engine's",
        engines=VLLM,
    )
    dtype: str | None = option(
        "Data type of weights and activations.", default=None, implied="O(llm_models[].dtype)", engines=VLLM
    )
    quantization: str | None = option(
        "Quantisation method.", default=None, implied="from the model's own configuration", engines=VLLM
    )
    prefix_caching: bool | None = option(
        "Keep the KV cache of common prefixes.", default=None, implied="the engine's", engines=VLLM
    )
    chunked_prefill: bool | None = option(
        "Split long prompts over several steps.", default=None, implied="the engine's", engines=VLLM
    )
    enforce_eager: bool | None = option(
        "Use no CUDA graphs.", default=None, implied="the engine's", engines=VLLM
    )
    speculative: dict[str, Any] = option(
        "Speculative decoding, the JSON object of C(--speculative-config).", default={}, engines=VLLM
    )
    trust_remote_code: bool | None = option(
        "Run code that comes with the model.", default=None, implied="the engine's", engines=VLLM
    )
    seed: int | None = option("Seed of the sampler.", default=None, implied="the engine's", minimum=0)
    model_json: dict[str, Any] = option(
        "More keys of Triton's C(model.json), which are vLLM's AsyncEngineArgs.", default={}, engines=TRITON
    )
    log_verbose: int | None = option(
        "Verbosity of Triton's log.", default=None, implied="off", minimum=0, engines=TRITON
    )
    log_iso8601: bool = option("ISO 8601 times in Triton's log.", default=False, engines=TRITON)
    extra: tuple[str, ...] = option(
        "More arguments of the server process, one item each, for example V(--max-loras=2). They must not"
        " repeat what has a key of its own or is derived.",
        default=(),
    )


@dataclass(frozen=True, kw_only=True)
class KvOffload:
    enabled: bool = option("Offload the KV cache when a size is given.", default=True)
    provider: str = option("Who moves the KV cache.", choices=("vllm-native",), default="vllm-native")
    dram_gb: int = option(
        "Size in main memory in GB (10^9 bytes), over all GPUs of a pod.", default=0, minimum=0
    )


@dataclass(frozen=True, kw_only=True)
class Lora:
    enabled: bool = option("Serve the model's adapters.", default=False)
    max_rank: int | None = option(
        "Largest rank: 1, 8, 16, 32, 64, 128, 256, 320 or 512.", default=None, minimum=1
    )


@dataclass(frozen=True, kw_only=True)
class Service:
    name: str = option("Name of the service and of its objects.")
    namespace: str = option("Namespace.", default="default")
    model: str = option("Entry of O(llm_models).", refers_to="llm_models")
    state: str = option(
        "V(present) runs it, V(stopped) keeps its objects without pods, V(absent) removes it and leaves"
        " stores and secrets.",
        choices=("present", "stopped", "absent"),
        default="present",
    )
    engine: str = option(
        "V(vllm) is vLLM's own server, V(triton-vllm) is Triton with the vLLM backend, V(simulator) answers"
        " like vLLM without GPU and model.",
        choices=("vllm", "triton-vllm", "simulator"),
    )
    platform: str = option(
        "V(deployment) is a plain Deployment, V(kserve) an InferenceService.",
        choices=("deployment", "kserve"),
        default="deployment",
    )
    kserve: Kserve = option("For platform V(kserve).", default=Kserve())
    image: str | None = option("Image of the engine.", default=None, implied="the pinned image of the engine")
    version: str | None = option(
        "Version of vLLM inside the image, where its tag does not tell.",
        default=None,
        implied="from the image's tag",
    )
    image_pull_policy: str = option(
        "When the image is pulled.", choices=("IfNotPresent", "Always", "Never"), default="IfNotPresent"
    )
    pull_secrets: tuple[str, ...] = option(
        "Entries of O(llm_secrets) to pull the image with.", default=(), refers_to="llm_secrets"
    )
    presets: tuple[str, ...] = option("Presets, merged left to right; what is written here wins.", default=())
    topology: Topology = option("How many GPUs serve one copy.", default=Topology())
    gpu: Gpu = option("Which GPUs, and how they are taken.", default=Gpu())
    engine_args: EngineArgs = option("Arguments of the engine.", default=EngineArgs())
    kv_offload: KvOffload = option("Offloading of the KV cache.", default=KvOffload(), engines=VLLM)
    lora: Lora = option("LoRA adapters.", default=Lora())
    resources: Resources = option(
        "CPU, memory and ephemeral storage of the engine's container.", default=Resources()
    )
    shm_size: Memory | None = option(
        "Size of C(/dev/shm). It counts as memory of the container.",
        default=None,
        implied="chosen by engine and topology",
    )
    cache: Cache = option("Cache of Hugging Face downloads on a store.", default=Cache())
    env: dict[str, Text] = option("Environment variables. No secrets here.", default={})
    node_selector: dict[str, Text] = option(
        "Labels that the node must carry, besides those of the GPU.", default={}
    )
    tolerations: tuple[Toleration, ...] = option("Tolerations besides that of the GPU taint.", default=())
    labels: dict[str, Text] = option("Labels for all objects and pods.", default={})
    annotations: dict[str, Text] = option("Annotations for the pods.", default={})
    service_account: str | None = option(
        "ServiceAccount of the pods.", default=None, implied="the namespace's default"
    )
    scaling: Scaling = option("Number of copies.", default=Scaling())
    expose: Expose = option("The way in.", default=Expose())
    rollout: Rollout = option("How a new version replaces the old one.", default=Rollout())
    monitoring: Monitoring = option("Metrics.", default=Monitoring())
    verify: Verify = option("How the service is proved to serve.", default=Verify())
    kv_cache_dtype_ack: bool = option(
        "Accept an fp8 KV cache on GPUs that lack fp8 in hardware.", default=False
    )
    has_vllm_backend: bool = option(
        "The image contains Triton's vLLM backend although its tag does not say so.", default=False
    )
    dashboard_compatible: bool = option(
        "Names, labels and annotations as the OpenShift AI dashboard expects them.", default=False
    )
    recreate: bool = option("Delete and make anew what cannot be changed in place.", default=False)

    provenance: dict[str, str] = field(default_factory=dict, compare=False)
    """Dotted path of a given value → ``user`` or ``preset:<name>``; what is not here has its default."""
    " default."
