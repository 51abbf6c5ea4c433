# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of an inventory. What vLLM takes, with what it then runs with; and what it does not take."""

from __future__ import annotations

from typing import Any

Case = dict[str, Any]

ADAPTERS = {
    "model": {
        "adapters": [
            {"name": "sql", "source": "lora/sql", "rank": 16},
            {"name": "law", "source": "lora/law", "rank": 8},
        ]
    },
    "lora": {"enabled": True, "max_rank": 16},
}
MEASURED = {"components": {"prometheus": {"url": "http://prometheus.monitoring:9090"}}}
"""What scaling by request rate needs."""
NGRAM = {"method": "ngram", "num_speculative_tokens": 3, "prompt_lookup_max": 4}
TYPED = {
    "gpu_memory_utilization": 0.75,
    "max_model_len": 4096,
    "max_num_seqs": 16,
    "max_num_batched_tokens": 2048,
    "kv_cache_dtype": "fp8",
    "dtype": "float16",
    "prefix_caching": True,
    "chunked_prefill": True,
    "enforce_eager": True,
    "trust_remote_code": True,
    "seed": 7,
}
SWITCHES = ("prefix_caching", "chunked_prefill", "enforce_eager", "trust_remote_code")

TAKEN: dict[str, tuple[Case, Case]] = {
    "nothing said": (
        {},
        {
            "gpu_memory_utilization": 0.9,
            "tensor": 1,
            "pipeline": 1,
            "max_model_len": 32768,
            "quantization": None,
        },
    ),
    "every typed key": ({"engine_args": TYPED}, TYPED),
    "every switch off": (
        {"engine_args": dict.fromkeys(SWITCHES, False)},
        dict.fromkeys(SWITCHES, False),
    ),
    "a value as large as it gets": (
        {"engine_args": {"gpu_memory_utilization": 1}},
        {"gpu_memory_utilization": 1},
    ),
    "GPUs of two kinds of parallelism": (
        {"topology": {"tensor": 2, "pipeline": 2}},
        {"tensor": 2, "pipeline": 2},
    ),
    "adapters": (ADAPTERS, {"max_lora_rank": 16}),
    "speculation by n-grams": (
        {"engine_args": {"speculative": NGRAM}},
        {"speculative_tokens": 3, "speculative_method": "ngram"},
    ),
    "an offloaded cache": (
        {"kv_offload": {"dram_gb": 4}},
        {"kv_offloading_gib": 4, "kv_connector": "OffloadingConnector"},
    ),
    "a cache that goes on to a disk": (
        {"kv_offload": {"dram_gb": 4, "ssd_gb": 100, "storage_class": "aidaptiv-cache"}},
        {"kv_moved_by": [["OffloadingConnector", "TieringOffloadingSpec 4000000000 fs:/mnt/kv-cache"]]},
    ),
    "a cache kept by LMCache": (
        {"kv_offload": {"provider": "lmcache", "dram_gb": 4, "ssd_gb": 100}},
        {"kv_moved_by": [["LMCacheConnectorV1", ""]]},
    ),
    "quantised while it is loaded": ({"engine_args": {"quantization": "fp8"}}, {"quantization": "fp8"}),
    "a prepared model": ({"model": {"source": "prepared"}}, {"quantization": "compressed-tensors"}),
    "the type of the model's weights": ({"model": {"dtype": "float32"}}, {"dtype": "float32"}),
    "a model of the hub": (
        {"model": {"source": "acme/llama", "store": "hub", "revision": "v1"}},
        {"revision": "v1"},
    ),
    "gpt2 of the reference": (
        {"model": {"name": "vllm_model", "source": "gpt2"}, "presets": ["gpt2-demo"]},
        {"gpu_memory_utilization": 0.5, "enforce_eager": True, "max_model_len": 1024},
    ),
    "lean-rag": (
        {"presets": ["lean-rag"], "platform": "kserve", "cluster": MEASURED},
        {"gpu_memory_utilization": 0.9, "kv_cache_dtype": "fp8"},
    ),
    "small and soon": (
        {"presets": ["size-small", "low-latency"]},
        {"max_model_len": 8192, "max_num_batched_tokens": 8192, "chunked_prefill": False},
    ),
    "medium and much": (
        {"presets": ["size-medium", "high-throughput"]},
        {"gpu_memory_utilization": 0.85, "max_model_len": 32768, "chunked_prefill": True},
    ),
    "large": ({"presets": ["size-large"]}, {"gpu_memory_utilization": 0.8, "tensor": 2}),
    **{
        f"a KV cache of {dtype}": ({"engine_args": {"kv_cache_dtype": dtype}}, {"kv_cache_dtype": dtype})
        for dtype in ("auto", "bfloat16", "fp8", "fp8_e4m3", "fp8_e5m2")
    },
}
"""For vLLM's own server and for Triton alike: an entry, and what of it the engine then runs with."""

PROVES = {
    "nothing said": ("S2-06", "S2-08"),
    "every typed key": ("S2-08", "S2-14"),
    "every switch off": ("S2-15", "S3-34"),
    "an offloaded cache": ("S3-51",),
    "a cache that goes on to a disk": ("S3-51",),
    "a cache kept by LMCache": ("S3-51",),
    "speculation by n-grams": ("S2-16",),
    "a prepared model": ("S2-52",),
    "gpt2 of the reference": ("S4-02",),
    "a KV cache of auto": ("S2-09",),
    "a KV cache of fp8": ("S2-09",),
    "a KV cache of fp8_e5m2": ("S2-09",),
}
"""Requirements that a case is about; whatever Triton's model.json holds is about S0-05 too."""

SERVER: dict[str, tuple[Case, Case]] = {
    "an InferenceService": ({"platform": "kserve"}, {"port": 8080, "shutdown_timeout": 45}),
    "a Deployment": ({}, {"port": 8000, "shutdown_timeout": 45}),
    "adapters with paths": (
        ADAPTERS,
        {"adapters": {"sql": "/mnt/models/lora/sql", "law": "/mnt/models/lora/law"}},
    ),
}
"""What the server takes besides the engine."""

VENDOR: Case = {
    "engine": "aidaptiv",
    "image": "registry.example/aidaptiv:1",
    "engine_args": {**TYPED, "chunked_prefill": False, "max_num_batched_tokens": 4096},
    "kv_offload": {"ssd_gb": 500, "dram_gb": 8, "clean_obsolete": True},
    **ADAPTERS,
}
"""Every argument of aiDAPTIVCache's server, of which vLLM knows those that are vLLM's."""

SPREAD = {"data": 4, "expert": True, "pods": "per-node", "gpus_per_node": 2}
HALVES = {"kv_connector": "NixlConnector", "kv_role": "kv_both"}
LLMD: dict[str, tuple[Case, int, Case]] = {
    "the half that writes": ({"prefill": {"replicas": 1}}, 8200, HALVES),
    "the half that writes, by KServe": (
        {"prefill": {"replicas": 1}, "llmd": {"provider": "kserve"}},
        8001,
        {**HALVES, "served_model_name": "llama"},
    ),
    "both halves with an offloaded cache": (
        {"prefill": {"replicas": 1}, "kv_offload": {"dram_gb": 4}},
        8200,
        {"kv_connector": "MultiConnector", "kv_role": "kv_both"},
    ),
    "stages on several nodes": (
        {"topology": {"tensor": 2, "pipeline": 2, "pods": "per-node", "gpus_per_node": 2}},
        8000,
        {"tensor": 2, "pipeline": 2, "nodes": 2},
    ),
    "experts on several nodes": (
        {"model": {"source": "experts"}, "topology": SPREAD},
        8000,
        {"data": 4, "data_local": 2, "expert": True, "nodes": 2},
    ),
}
"""What llm-d adds: an entry on platform llmd, the port of its engine, and what that runs with."""

EXTRA_TAKEN = (
    ["--max-loras=2"],
    ["--max-logprobs", "5"],
    ["--scheduling-policy=priority"],
    ["--async-scheduling"],
    ["--no-async-scheduling"],
    ["--disable-log-stats"],
    ["--enable-log-requests", "--max-log-len=100"],
    ["--no-enable-log-requests"],
    ["--load-format=dummy"],
    ["--load_format", "dummy"],
    ["--generation-config=vllm"],
    ["--enable-auto-tool-choice", "--tool-call-parser=hermes"],
    ["--reasoning-parser=qwen3"],
    ['--hf-overrides={"rope_theta":500000}'],
    ['--compilation-config={"mode":0}'],
    ["--uvicorn-log-level=warning"],
    ["--chat-template-content-format=openai"],
    ["--api-server-count=1"],
    ["--block-size=16"],
    ["--max-cpu-loras=4"],
    ["--disable-cascade-attn"],
    ["--cpu-offload-gb=0"],
    ["--long-prefill-token-threshold=128"],
    ['--kv-transfer-config={"kv_connector":"ExampleConnector","kv_role":"kv_both"}'],
)
EXTRA_REFUSED = (
    ["--swap-space=4"],
    ["--calculate-kv-scales"],
    ["--num-scheduler-steps=8"],
    ["--use-v2-block-manager"],
    ["--device=cuda"],
    ["--task=generate"],
    ["--guided-decoding-backend=xgrammar"],
    ["--max-seq-len-to-capture=8192"],
    ["--rope-theta=500000"],
    ["--nvme-path=/cache"],
    ["--ssd-kv-offload-gb=100"],
    ["--no-resume-kv-cache"],
    ["--max-num-sequences=4"],
    ["--scheduling-policy=fair"],
    ["--async-scheduling=true"],
    ["--disable-log-stats=False"],
    ["--enable-log-requests=true"],
    ["--no-disable-log-stats"],
    ["--enable-log-stats"],
    ["--mamba-config={}"],
    ["--model-tag=llama"],
    ["--prefix-caching-hash-algo=md5"],
    ["--max-loras=two"],
    ["--max-logprobs=1.5"],
    ["--cpu-offload-gb=much"],
    ["--kv-transfer-config={'kv_connector': 'NixlConnector'}"],
    ['--kv-transfer-config={"kv_connector":"NixlConnector"}'],
    ['--kv-transfer-config={"kv_connector":"NixlConnector","kv_role":"kv_both","kv_rank":0}'],
)
"""More arguments as users write them; true of every version that is asked."""

TYPED_TAKEN: tuple[Case, ...] = ({"dtype": "half"}, {"dtype": "auto"}, {"kv_cache_dtype": "fp8_e4m3"})
TYPED_REFUSED: tuple[Case, ...] = (
    {"gpu_memory_utilization": 1.5},
    {"gpu_memory_utilization": 0},
    {"kv_cache_dtype": "fp9"},
    {"kv_cache_dtype": "int8"},
    {"dtype": "float8"},
    {"quantization": "gguf"},
    {"quantization": "bitsandbytes"},
    {"quantization": "fp_quant"},
)

FIELDS_TAKEN: tuple[Case, ...] = (
    {"disable_log_stats": False},
    {"max_loras": 2},
    {"scheduling_policy": "priority"},
    {"async_scheduling": False},
    {"load_format": "dummy"},
    {"hf_overrides": {"rope_theta": 500000}},
    {"enable_log_requests": False},
)
FIELDS_REFUSED: tuple[Case, ...] = (
    {"disable_log_requests": True},
    {"swap_space": 4},
    {"gpu_mem_util": 0.5},
    {"calculate_kv_scales": True},
    {"use_v2_block_manager": True},
    {"guided_decoding_backend": "outlines"},
    {"scheduling_policy": "fair"},
    {"max_logprobs": "many"},
)
"""Further keys of model.json."""
