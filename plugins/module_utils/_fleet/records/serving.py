# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``llm_serving``: one entry is one running service."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..option import Memory, Text, option
from .engine import TRTLLM, VLLM, Conversion, EngineArgs, KvOffload, Lora, Prescript
from .platform import Kserve, Llmd, Prefill, Router
from .pod import Cache, Expose, Monitoring, Resources, Rollout, RunAs, Scaling, Toleration, Verify
from .topology import Gpu, Topology


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
        "V(vllm) is vLLM's own server, V(triton-vllm) is Triton with the vLLM backend,"
        " V(triton-trtllm) is Triton"
        " with TensorRT-LLM, V(aidaptiv) is vLLM with aiDAPTIVCache, V(simulator) answers like vLLM"
        " without GPU"
        " and model.",
        choices=("vllm", "triton-vllm", "triton-trtllm", "aidaptiv", "simulator"),
    )
    platform: str = option(
        "V(deployment) is a plain Deployment, V(kserve) an InferenceService, V(llmd) pods behind"
        " llm-d's router,"
        " V(leader-workers) a Deployment for each rank of a copy, V(lws) a LeaderWorkerSet.",
        choices=("deployment", "kserve", "llmd", "leader-workers", "lws"),
        default="deployment",
    )
    kserve: Kserve = option("For platform V(kserve).", default=Kserve())
    llmd: Llmd = option("For platform V(llmd).", default=Llmd())
    image: str | None = option("Image of the engine.", default=None, implied="the pinned image of the engine")
    version: str | None = option(
        "Version of vLLM or TensorRT-LLM. Without O(llm_serving[].image) it chooses the image; with one it"
        " says what is inside, where the tag does not tell.",
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
    conversion: Conversion = option(
        "Conversion of the model for TensorRT-LLM.", default=Conversion(), engines=TRTLLM
    )
    resources: Resources = option(
        "CPU, memory and ephemeral storage of the engine's container.", default=Resources()
    )
    shm_size: Memory | None = option(
        "Size of C(/dev/shm). It counts as memory of the container.",
        default=None,
        implied="chosen by engine and topology",
    )
    delivery: str | None = option(
        "How the model reaches the engine: V(mount) reads it from the store's volume, V(copy)"
        " copies it to local"
        " storage first, V(image) has it in an image, V(legacy-prescript) runs a script before."
        " V(repository) is for Triton with the vLLM backend: the store has the whole model repository, with"
        " C(config.pbtxt) and C(model.json).",
        choices=("mount", "copy", "image", "repository", "legacy-prescript"),
        default=None,
        implied="by the kind of the store",
    )
    repositories: tuple[str, ...] = option(
        "More model repositories that Triton serves besides: entries of O(llm_stores) of kind V(s3).",
        default=(),
        refers_to="llm_stores",
        engines=("triton-vllm",),
    )
    fast_local: bool = option("Local storage is faster than the store: copy the model there.", default=False)
    shared_path: str = option("Directory of a copied model inside the pod.", default="/data")
    shared_storage_class: str | None = option(
        "StorageClass of a volume of the pod for O(llm_serving[].shared_path), for example of NVMe disks.",
        default=None,
        implied="local storage of the node",
    )
    prescript: Prescript | None = option("For delivery V(legacy-prescript).", default=None)
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
    run_as: RunAs = option(
        "User and group of the pods, for volumes and devices that belong to others.", default=RunAs()
    )
    scaling: Scaling = option("Number of copies.", default=Scaling())
    expose: Expose = option("The way in.", default=Expose())
    rollout: Rollout = option("How a new version replaces the old one.", default=Rollout())
    router: Router = option("The router, for platform V(llmd).", default=Router())
    prefill: Prefill | None = option("Pods that only read prompts, for platform V(llmd).", default=None)
    monitoring: Monitoring = option("Metrics.", default=Monitoring())
    verify: Verify = option("How the service is proved to serve.", default=Verify())
    allow_any_world_size: bool = option(
        "Accept a world size that is no power of two for TensorRT-LLM.", default=False
    )
    allow_plaintext_auth: bool = option("Accept passwords that travel without TLS.", default=False)
    strict_capacity: bool = option(
        "More GPUs than the cluster has are an error instead of a warning.", default=False
    )
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

    canary: Service | None = field(default=None)
    """The service as its canary runs it, where there is one."""
    provenance: dict[str, str] = field(default_factory=dict, compare=False)
    """Dotted path of a given value → ``user`` or ``preset:<name>``; what is not here has its default."""
    " default."
