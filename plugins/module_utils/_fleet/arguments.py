# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where an entry of llm_serving says what vLLM and Kubernetes have other words for."""

from __future__ import annotations

HOMES = {
    "tensor_parallel_size": "topology.tensor",
    "pipeline_parallel_size": "topology.pipeline",
    "data_parallel_size": "topology.data",
    "enable_expert_parallel": "topology.expert",
    "gpu_memory_utilization": "engine_args.gpu_memory_utilization",
    "max_model_len": "engine_args.max_model_len",
    "max_num_seqs": "engine_args.max_num_seqs",
    "max_num_batched_tokens": "engine_args.max_num_batched_tokens",
    "kv_cache_dtype": "engine_args.kv_cache_dtype",
    "dtype": "engine_args.dtype",
    "quantization": "engine_args.quantization",
    "enable_prefix_caching": "engine_args.prefix_caching",
    "enable_chunked_prefill": "engine_args.chunked_prefill",
    "enforce_eager": "engine_args.enforce_eager",
    "speculative_config": "engine_args.speculative",
    "trust_remote_code": "engine_args.trust_remote_code",
    "seed": "engine_args.seed",
    "otlp_traces_endpoint": "monitoring.tracing",
    "enable_lora": "lora.enabled",
    "max_lora_rank": "lora.max_rank",
    "kv_offloading_size": "kv_offload.dram_gb",
    "kv_offloading_backend": "kv_offload.provider",
}
"""vLLM's arguments that have a key of their own in an entry of llm_serving."""

ELSEWHERE = {
    "model": "llm_models[].source",
    "model_tag": "llm_models[].source",
    "revision": "llm_models[].revision",
    "served_model_name": "llm_models[].served_names",
    "lora_modules": "llm_models[].adapters",
    "nnodes": "topology.pods",
    "node_rank": "topology.pods",
    "master_addr": "platform and topology.pods",
    "master_port": "platform and topology.pods",
    "headless": "topology.pods",
    "port": "engine and platform",
    "host": "engine and platform",
    "shutdown_timeout": "the pod's grace period",
}
"""Further arguments that follow from the inventory."""

COPIES = {"replicas": "scaling.min", "min_replicas": "scaling.min", "max_replicas": "scaling.max"}
"""What Kubernetes and KServe call the number of copies."""


def home(name: str) -> str:
    """What to write for a key that is a word of vLLM or Kubernetes. Empty where it is none."""
    if place := HOMES.get(name) or COPIES.get(name):
        return f"Did you mean {place}?"
    return f"Remove it; it follows from {ELSEWHERE[name]}." if name in ELSEWHERE else ""
