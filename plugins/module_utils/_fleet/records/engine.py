# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine of a service: its arguments, its KV cache, its adapters, and how the model reaches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..option import Cpu, Memory, option

VLLM = ("vllm", "triton-vllm", "aidaptiv")
TRITON = ("triton-vllm", "triton-trtllm")
TRTLLM = ("triton-trtllm",)


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
        "More keys of Triton's C(model.json), which are vLLM's AsyncEngineArgs; for V(triton-trtllm) of"
        " C(model.yaml), which are arguments of TensorRT-LLM's LLM, or values of its engine's templates.",
        default={},
        engines=TRITON,
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
    provider: str | None = option(
        "Who moves the KV cache: V(aidaptiv) for engine V(aidaptiv) alone, V(vllm-native) is vLLM's own,"
        " V(lmcache) is LMCache inside the engine's process.",
        choices=("aidaptiv", "vllm-native", "lmcache"),
        default=None,
        implied="V(vllm-native), for engine V(aidaptiv) V(aidaptiv)",
    )
    dram_gb: int = option(
        "Size in main memory in GB (10^9 bytes), over all GPUs of a pod.", default=0, minimum=0
    )
    ssd_gb: int = option("Size on disk in GB (10^9 bytes).", default=0, minimum=0)
    path: str | None = option(
        "Directory of the disk inside the container.", default=None, implied="the provider's"
    )
    storage_class: str | None = option(
        "StorageClass of a volume for the disk, for example V(aidaptiv-cache).",
        default=None,
        implied="a cache device of the node, or local storage of the pod",
    )
    resume: str = option(
        "V(resume) uses what an earlier pod left on the disk, V(discard) starts empty. Provider V(aidaptiv)"
        " only.",
        choices=("discard", "resume"),
        default="discard",
    )
    clean_obsolete: bool | None = option(
        "Remove what belongs to no running model. Provider V(aidaptiv) only.",
        default=None,
        implied="the engine's",
    )
    device_count: int | None = option(
        "Cache devices of a pod. Provider V(aidaptiv) only.",
        default=None,
        implied="V(1) with a size on disk and no StorageClass",
        minimum=0,
    )
    gpu_reuse: bool | None = option(
        "Keep what was reused in GPU memory. Provider V(aidaptiv) only.", default=None, implied="the engine's"
    )
    long_token: bool | None = option(
        "Mode for very long prompts. Provider V(aidaptiv) only.", default=None, implied="the engine's"
    )


@dataclass(frozen=True, kw_only=True)
class Lora:
    enabled: bool = option("Serve the model's adapters.", default=False)
    max_rank: int | None = option(
        "Largest rank: 1, 8, 16, 32, 64, 128, 256, 320 or 512.", default=None, minimum=1
    )


@dataclass(frozen=True, kw_only=True)
class ConversionResources:
    cpu: Cpu | None = option("CPUs.", default=None, implied="by the number of GPUs")
    gpu: int | None = option("GPUs.", default=None, implied="the world size", minimum=1)
    memory: Memory | None = option("Memory.", default=None, implied="by the size of the model")


@dataclass(frozen=True, kw_only=True)
class Conversion:
    enabled: bool = option("Convert the model by a Job; V(false) expects it to be there.", default=True)
    resources: ConversionResources = option("Resources of the Job.", default=ConversionResources())
    data_type: str | None = option(
        "Data type of the converted model: V(float16), V(bfloat16) or V(float32).",
        default=None,
        implied="O(llm_models[].dtype), else V(float16)",
    )
    options: dict[str, Any] = option("More options of C(trtllm-build), without their dashes.", default={})


@dataclass(frozen=True, kw_only=True)
class Prescript:
    image: str = option("Image that runs the script.", default="docker.io/library/ubuntu")
    tag: str = option("Tag of the image.", default="24.04")
    script: str = option("Shell script that puts the model to O(llm_serving[].shared_path).")
