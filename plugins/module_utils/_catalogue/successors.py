# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of arguments, values and variables that vLLM no longer has."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Gone:
    by: str
    """The first version that was looked into and lacks it."""
    instead: str
    """What to do, as a sentence."""


_DROP = "Remove it."

ARGUMENTS: dict[str, Gone] = {
    "device": Gone(by="0.10.2", instead=_DROP),
    "num_scheduler_steps": Gone(by="0.10.2", instead=_DROP),
    "use_v2_block_manager": Gone(by="0.10.2", instead=_DROP),
    "enable_prompt_adapter": Gone(by="0.10.2", instead="Use LoRA adapters instead."),
    "max_prompt_adapters": Gone(by="0.10.2", instead="Use LoRA adapters instead."),
    "max_prompt_adapter_token": Gone(by="0.10.2", instead="Use LoRA adapters instead."),
    "tokenizer_pool_size": Gone(by="0.10.2", instead=_DROP),
    "tokenizer_pool_type": Gone(by="0.10.2", instead=_DROP),
    "tokenizer_pool_extra_config": Gone(by="0.10.2", instead=_DROP),
    "enable_reasoning": Gone(by="0.10.2", instead="Use --reasoning-parser alone."),
    "guided_decoding_backend": Gone(by="0.11.2", instead="Use --structured-outputs-config instead."),
    "rope_scaling": Gone(by="0.11.2", instead="Use --hf-overrides instead."),
    "rope_theta": Gone(by="0.11.2", instead="Use --hf-overrides instead."),
    "max_seq_len_to_capture": Gone(by="0.11.2", instead=_DROP),
    "preemption_mode": Gone(by="0.11.2", instead=_DROP),
    "scheduler_delay_factor": Gone(by="0.11.2", instead=_DROP),
    "enable_lora_bias": Gone(by="0.11.2", instead=_DROP),
    "disable_async_output_proc": Gone(by="0.11.2", instead=_DROP),
    "task": Gone(by="0.13", instead="Use --runner and --convert instead."),
    "cuda_graph_sizes": Gone(by="0.13", instead="Use --cudagraph-capture-sizes instead."),
    "override_pooler_config": Gone(by="0.13", instead="Use --pooler-config instead."),
    "lora_extra_vocab_size": Gone(by="0.13", instead=_DROP),
    "num_lookahead_slots": Gone(by="0.13", instead="Use engine_args.speculative instead."),
    "num_redundant_experts": Gone(by="0.13", instead="Use --eplb-config instead."),
    "eplb_window_size": Gone(by="0.13", instead="Use --eplb-config instead."),
    "eplb_step_interval": Gone(by="0.13", instead="Use --eplb-config instead."),
    "eplb_log_balancedness": Gone(by="0.13", instead="Use --eplb-config instead."),
    "swap_space": Gone(by="0.18", instead="Use kv_offload instead."),
    "disable_log_requests": Gone(
        by="0.18", instead="Remove it: requests are logged only with --enable-log-requests."
    ),
    "logits_processor_pattern": Gone(by="0.18", instead=_DROP),
    "disable_frontend_multiprocessing": Gone(by="0.22", instead=_DROP),
    "calculate_kv_scales": Gone(by="0.28", instead="Use a checkpoint with calibrated scales instead."),
    "max_num_partial_prefills": Gone(by="0.28", instead=_DROP),
    "max_long_partial_prefills": Gone(by="0.28", instead=_DROP),
    "override_attention_dtype": Gone(by="0.28", instead=_DROP),
}
"""Arguments by their name with underscores."""

DEPRECATED: dict[str, Gone] = {
    "disable_cascade_attn": Gone(by="0.32", instead="Remove it: it has no effect any more."),
    "log_config_file": Gone(by="0.32", instead="Use --logging-config.pylogging_config_file instead."),
    "mamba_cache_mode": Gone(by="0.32", instead="Remove it: it follows from engine_args.prefix_caching."),
}
"""Arguments that are still there, and the first version that was seen to want them gone."""

ENVIRONMENT: dict[str, Gone] = {
    "VLLM_USE_V1": Gone(by="0.11.2", instead="Remove it: V1 is the only engine."),
    "VLLM_ATTENTION_BACKEND": Gone(by="0.16", instead="Use --attention-backend instead."),
}

QUANTIZATION: dict[str, Gone] = {
    **dict.fromkeys(
        ("deepspeedfp", "tpu_int8", "ptpc_fp8", "bitblas", "hqq", "ipex", "rtn", "auto-round", "gguf"),
        Gone(by="0.26", instead="Use a model in awq, gptq, compressed-tensors, modelopt or fp8."),
    ),
    **dict.fromkeys(
        ("bitsandbytes", "petit_nvfp4"),
        Gone(by="0.30", instead="Use a model in awq, gptq, compressed-tensors, modelopt or fp8."),
    ),
}

DEPRECATED_QUANTIZATION = {"fbgemm_fp8": "0.32", "fp_quant": "0.32"}
"""Methods that are still there but refused unless asked for, and the first version that was seen to do so."""

CONNECTORS: dict[str, Gone] = {
    "SharedStorageConnector": Gone(by="0.32", instead="Use OffloadingConnector, or ExampleConnector to try."),
    "P2pNcclConnector": Gone(by="0.32", instead="Use NixlConnector instead."),
    "LMCacheConnector": Gone(by="0.32", instead="Use LMCacheConnectorV1 instead."),
}
"""Values of ``kv_connector``."""
