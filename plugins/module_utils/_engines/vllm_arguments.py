# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vLLM's engine arguments under the names of its AsyncEngineArgs, whoever starts the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._workload import Env
from .kv_offload import offload_arguments
from .kv_transfer import kv_transfer_config, kv_transfer_environment
from .server import SCRATCH

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

GPU_MEMORY_UTILIZATION = 0.9


def engine_arguments(plan: ServicePlan) -> dict[str, Any]:
    """All that is given or derived; what is left out stays the default of the engine's version."""
    service, args, topology = plan.service, plan.service.engine_args, plan.service.topology
    fraction = args.gpu_memory_utilization
    arguments: dict[str, Any] = {
        "tensor_parallel_size": topology.tensor,
        "pipeline_parallel_size": topology.pipeline if topology.pipeline > 1 else None,
        "data_parallel_size": topology.data if topology.data > 1 else None,
        "enable_expert_parallel": True if topology.expert else None,
        "gpu_memory_utilization": GPU_MEMORY_UTILIZATION if fraction is None else fraction,
        "max_model_len": args.max_model_len,
        "max_num_seqs": args.max_num_seqs,
        "max_num_batched_tokens": args.max_num_batched_tokens,
        "kv_cache_dtype": args.kv_cache_dtype,
        "dtype": args.dtype or plan.model.dtype,
        "quantization": args.quantization,
        "enable_prefix_caching": args.prefix_caching,
        "enable_chunked_prefill": args.chunked_prefill,
        "enforce_eager": args.enforce_eager,
        "speculative_config": args.speculative or None,
        "trust_remote_code": args.trust_remote_code,
        "seed": args.seed,
        "otlp_traces_endpoint": service.monitoring.tracing,
        "revision": plan.model.revision if plan.location.delivery == "hub" else None,
        **offload_arguments(plan),
        "kv_transfer_config": kv_transfer_config(plan),
        "enable_lora": True if service.lora.enabled else None,
        "max_lora_rank": service.lora.max_rank if service.lora.enabled else None,
    }
    return {name: value for name, value in arguments.items() if value is not None}


def vllm_environment(plan: ServicePlan) -> Env:
    """Places that any user id may write to, and no network where the model is already there.

    USER is for programs that ask for the name of a user id unknown to the image.
    """
    env: dict[str, str] = {
        "HOME": SCRATCH,
        "USER": "inferops",
        "HF_HOME": plan.hub_cache or f"{SCRATCH}/huggingface",
        "XDG_CACHE_HOME": f"{SCRATCH}/cache",
        "VLLM_CACHE_ROOT": f"{SCRATCH}/vllm",
        "VLLM_CONFIG_ROOT": f"{SCRATCH}/vllm-config",
        "TRITON_CACHE_DIR": f"{SCRATCH}/triton",
        "TORCHINDUCTOR_CACHE_DIR": f"{SCRATCH}/torchinductor",
        "VLLM_NO_USAGE_STATS": "1",
    }
    if plan.hub_offline:
        env["HF_HUB_OFFLINE"] = "1"
    elif plan.hub_endpoint is not None:
        env["HF_ENDPOINT"] = plan.hub_endpoint
    if plan.service.monitoring.tracing is not None:
        env["OTEL_SERVICE_NAME"] = plan.role_name
    return {**env, **kv_transfer_environment(plan)}
