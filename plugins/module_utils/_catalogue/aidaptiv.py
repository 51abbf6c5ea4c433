# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of aiDAPTIVCache: the parameters of its server, its device, its image.

The image is not public: its own flags are known from the vendor's chart alone.
"""

from __future__ import annotations

from dataclasses import dataclass

IMAGE = "docker.io/library/aidaptiv"
"""What the vendor's documents call the image. Nothing is published there: nodes have it, or a mirror does."""

DEVICE = "phison.com/ai100"
"""Extended resource of one cache device."""

DEVICE_LABEL = "phison.com/ai100-present"
"""Label of a node on which the operator's discovery found one."""

WEBHOOK = "aidaptivcache-webhook"
"""Registration of the operator's webhook, which puts the device into pods that ask for one."""

STORAGE_CLASS = "aidaptiv-cache"
"""StorageClass of the vendor's packaging that has volumes in the place of devices."""

LARGEST_DEVICE_GB = 2000
"""The AI100E has 320, 1000 or 2000 GB."""

VLLM = "0.10.2"
"""Version of vLLM where neither tag nor inventory tell: the newest that was looked into and has the choice
of an engine by VLLM_USE_V1, which the vendor's chart makes."""

START_METHODS = ("spawn", "fork")
"""Values of VLLM_WORKER_MULTIPROC_METHOD."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter, under all the names that it goes by."""

    key: str
    """Key below ``vllm`` of the chart's values, as the chart's description spells it."""
    rendered: str
    """The flag, or the environment variable."""
    home: str
    """Where the inventory has it."""
    chart_key: str = ""
    """The key that the chart reads, where that is another."""


PARAMETERS = tuple(
    Parameter(key=key, rendered=rendered, home=home, chart_key=chart_key)
    for key, rendered, home, chart_key in (
        ("args.model", "--model", "llm_models[].source", ""),
        ("args.nvmePath", "--nvme_path", "kv_offload.path", ""),
        ("args.port", "--port", "expose.port", ""),
        ("args.gpuMemoryUtilization", "--gpu-memory-utilization", "engine_args.gpu_memory_utilization", ""),
        ("args.maxModelLen", "--max-model-len", "engine_args.max_model_len", ""),
        ("args.tensorParallelSize", "--tensor-parallel-size", "topology.tensor", ""),
        ("args.dramKvOffloadGb", "--dram-kv-offload-gb", "kv_offload.dram_gb", "args.dramKVOffloadGb"),
        ("args.ssdKvOffloadGb", "--ssd-kv-offload-gb", "kv_offload.ssd_gb", "args.ssdKVOffloadGb"),
        ("args.noResumeKvCache", "--no-resume-kv-cache", "kv_offload.resume", "args.noResumeKVCache"),
        ("args.resumeKvCache", "--resume-kv-cache", "kv_offload.resume", "args.resumeKVCache"),
        (
            "args.cleanObsoleteKvCache",
            "--clean-obsolete-kv-cache",
            "kv_offload.clean_obsolete",
            "args.cleanObsoleteKVCache",
        ),
        ("args.disableGpuReuse", "--disable-gpu-reuse", "kv_offload.gpu_reuse", ""),
        ("args.disableLongToken", "--disable-long-token", "kv_offload.long_token", ""),
        ("args.disableKVCache", "--disable_kv_cache_offload", "kv_offload.enabled", ""),
        ("args.enableChunkedPrefill", "--enable-chunked-prefill", "engine_args.chunked_prefill", ""),
        ("args.enablePrefixCaching", "--enable-prefix-caching", "engine_args.prefix_caching", ""),
        ("args.enforceEager", "--enforce-eager", "engine_args.enforce_eager", ""),
        ("lora.enable", "--enable-lora", "lora.enabled", ""),
        ("lora.modules", "--lora-modules", "llm_models[].adapters", ""),
        ("lora.maxRank", "--max-lora-rank", "lora.max_rank", ""),
        ("env.vllmUseV1", "VLLM_USE_V1", "env.VLLM_USE_V1", ""),
        (
            "env.vllmWorkerMultiprocMethod",
            "VLLM_WORKER_MULTIPROC_METHOD",
            "env.VLLM_WORKER_MULTIPROC_METHOD",
            "",
        ),
        ("env.tiktokenEncodingsBase", "TIKTOKEN_ENCODINGS_BASE", "env.TIKTOKEN_ENCODINGS_BASE", ""),
    )
)
"""What the server can be told, and by which names."""

FLAGS = {
    parameter.rendered.lstrip("-").replace("-", "_"): parameter
    for parameter in PARAMETERS
    if parameter.rendered.startswith("-")
}
"""Parameters of the command line by their name with underscores."""
