# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vLLM's arguments by version. Written by tools/generate_vllm_arguments.py."""

from __future__ import annotations

SAMPLED = "0.4.3 0.6.6.post1 0.8.5 0.10.2 0.12.0 0.16.0 0.20.2 0.26.0 0.29.0 0.32.0 0.33.0"
"""The versions that were looked into."""

DUMPED = "0.32.0 0.33.0"
"""The versions whose command line is known too."""

FIELDS: dict[tuple[str, str], str] = {
    ("0.4.3", "0.4.3"): (
        "engine_use_ray image_feature_size image_input_shape image_input_type image_token_id "
        "max_context_len_to_capture max_log_len"
    ),
    ("0.4.3", "0.6.6.post1"): (
        "ngram_prompt_lookup_max ngram_prompt_lookup_min num_speculative_tokens "
        "quantization_param_path speculative_disable_by_batch_size speculative_max_model_len "
        "speculative_model worker_use_ray"
    ),
    ("0.4.3", "0.8.5"): (
        "device disable_log_requests long_lora_scaling_factors tokenizer_pool_extra_config "
        "tokenizer_pool_size tokenizer_pool_type use_v2_block_manager"
    ),
    ("0.4.3", "0.10.2"): (
        "guided_decoding_backend lora_extra_vocab_size max_seq_len_to_capture num_lookahead_slots "
        "rope_scaling scheduler_delay_factor"
    ),
    ("0.4.3", "0.16.0"): "swap_space",
    ("0.4.3", "0.33.0"): (
        "block_size code_revision disable_custom_all_reduce disable_log_stats disable_sliding_window "
        "distributed_executor_backend download_dir dtype enable_chunked_prefill enable_lora "
        "enable_prefix_caching enforce_eager fully_sharded_loras gpu_memory_utilization kv_cache_dtype "
        "load_format max_cpu_loras max_logprobs max_lora_rank max_loras max_model_len "
        "max_num_batched_tokens max_num_seqs max_parallel_loading_workers model "
        "model_loader_extra_config num_gpu_blocks_override pipeline_parallel_size quantization "
        "ray_workers_use_nsight revision seed served_model_name skip_tokenizer_init "
        "tensor_parallel_size tokenizer tokenizer_mode tokenizer_revision trust_remote_code"
    ),
    ("0.6.6.post1", "0.6.6.post1"): (
        "disable_logprobs_during_spec_decoding spec_decoding_acceptance_method "
        "speculative_disable_mqa_scorer speculative_draft_tensor_parallel_size "
        "speculative_model_quantization typical_acceptance_sampler_posterior_alpha "
        "typical_acceptance_sampler_posterior_threshold"
    ),
    ("0.6.6.post1", "0.8.5"): (
        "enable_prompt_adapter max_prompt_adapter_token max_prompt_adapters multi_step_stream_outputs "
        "num_scheduler_steps override_neuron_config qlora_adapter_name_or_path"
    ),
    ("0.6.6.post1", "0.10.2"): (
        "disable_async_output_proc enable_lora_bias override_pooler_config preemption_mode rope_theta"
    ),
    ("0.6.6.post1", "0.12.0"): "disable_mm_preprocessor_cache task",
    ("0.6.6.post1", "0.16.0"): "logits_processor_pattern",
    ("0.6.6.post1", "0.33.0"): (
        "allowed_local_media_path collect_detailed_traces compilation_config config_format "
        "cpu_offload_gb generation_config hf_overrides ignore_patterns kv_transfer_config "
        "limit_mm_per_prompt lora_dtype mm_processor_kwargs otlp_traces_endpoint scheduling_policy "
        "worker_cls"
    ),
    ("0.8.5", "0.8.5"): "enable_reasoning",
    ("0.8.5", "0.26.0"): ("calculate_kv_scales max_long_partial_prefills max_num_partial_prefills"),
    ("0.8.5", "0.33.0"): (
        "additional_config data_parallel_size disable_cascade_attn disable_chunked_mm_input "
        "enable_expert_parallel enable_sleep_mode hf_config_path hf_token long_prefill_token_threshold "
        "model_impl override_generation_config prefix_caching_hash_algo reasoning_parser scheduler_cls "
        "show_hidden_metrics_for_version speculative_config use_tqdm_on_load worker_extension_cls"
    ),
    ("0.10.2", "0.10.2"): (
        "eplb_log_balancedness eplb_step_interval eplb_window_size "
        "guided_decoding_disable_additional_properties guided_decoding_disable_any_whitespace "
        "guided_decoding_disable_fallback num_redundant_experts"
    ),
    ("0.10.2", "0.12.0"): "cuda_graph_sizes enable_multimodal_encoder_data_parallel",
    ("0.10.2", "0.26.0"): "override_attention_dtype",
    ("0.10.2", "0.33.0"): (
        "async_scheduling convert data_parallel_address data_parallel_backend data_parallel_hybrid_lb "
        "data_parallel_rank data_parallel_rpc_port data_parallel_size_local data_parallel_start_rank "
        "decode_context_parallel_size default_mm_loras disable_hybrid_kv_cache_manager enable_eplb "
        "enable_log_requests enable_prompt_embeds eplb_config interleave_mm_strings "
        "io_processor_plugin kv_cache_memory_bytes kv_events_config kv_sharing_fast_prefill "
        "logits_processors logprobs_mode mamba_cache_dtype mamba_ssm_cache_dtype media_io_kwargs "
        "mm_encoder_tp_mode mm_processor_cache_gb pt_load_map_location runner "
        "safetensors_load_strategy skip_mm_profiling"
    ),
    ("0.12.0", "0.33.0"): (
        "_api_process_count _api_process_rank aggregate_engine_logging all2all_backend "
        "allowed_media_domains cp_kv_cache_interleave_size cudagraph_capture_sizes "
        "data_parallel_external_lb dbo_decode_token_threshold dbo_prefill_token_threshold "
        "dcp_kv_cache_interleave_size disable_nccl_for_dp_synchronization ec_transfer_config "
        "enable_dbo enable_mm_embeds expert_placement_strategy kv_cache_metrics "
        "kv_cache_metrics_sample kv_offloading_backend kv_offloading_size mamba_block_size master_addr "
        "master_port max_cudagraph_capture_size mm_encoder_attn_backend mm_processor_cache_type "
        "mm_shm_cache_max_object_size_mb nnodes node_rank optimization_level pooler_config "
        "prefill_context_parallel_size reasoning_parser_plugin stream_interval "
        "structured_outputs_config tokens_only video_pruning_rate"
    ),
    ("0.16.0", "0.33.0"): (
        "allow_deprecated_quantization attention_backend attention_config cudagraph_metrics "
        "enable_flashinfer_autotune enable_layerwise_nvtx_tracing enable_logging_iteration_details "
        "enable_mfu_metrics enable_mm_processor_stats enable_return_routed_experts "
        "enable_tower_connector_lora kernel_config mamba_cache_mode mm_encoder_only model_weights "
        "profiler_config specialize_active_lora ubatch_size weight_transfer_config"
    ),
    ("0.20.2", "0.33.0"): (
        "cpu_offload_params dcp_comm_backend distributed_timeout_seconds enable_elastic_ep "
        "enable_ep_weight_filter enable_mamba_cache_stochastic_rounding fail_on_environ_validation "
        "gdn_prefill_backend ir_op_priority kv_cache_dtype_skip_layers language_model_only "
        "lora_target_modules mamba_backend mamba_cache_philox_rounds mamba_config mm_tensor_ipc "
        "moe_backend numa_bind numa_bind_cpus numa_bind_nodes offload_backend offload_group_size "
        "offload_num_in_group offload_params offload_prefetch_step performance_mode "
        "quantization_config reasoning_config renderer_num_workers scheduler_reserve_full_isl "
        "shutdown_timeout"
    ),
    ("0.26.0", "0.29.0"): "enable_bf16x3_router_gemm",
    ("0.26.0", "0.33.0"): (
        "cpu_distributed_timeout_seconds data_parallel_multi_port_external_lb device_ids "
        "diffusion_config enable_cumem_allocator enable_mixed_moe_lora_format enable_moe_shared_loras "
        "jit_monitor_mode jit_monitor_verbose linear_backend max_num_scheduled_tokens "
        "mm_encoder_attn_dtype mm_encoder_fp8_scale_path mm_encoder_fp8_scale_save_margin "
        "mm_encoder_fp8_scale_save_path mm_ipc_gpu_memory_gb model_class_overrides "
        "prefill_schedule_interval prefix_match_unit safetensors_prefetch_block_size "
        "safetensors_prefetch_num_threads spec_method spec_model spec_tokens use_fp64_gumbel watermark"
    ),
    ("0.29.0", "0.33.0"): (
        "dcp_q_replicate ec_manager_config enable_batch_sharded_sampling enable_fault_tolerance "
        "enable_trace_replay fault_tolerance_config kda_prefill_backend mamba_ssu_algorithm "
        "max_num_queued_reqs max_num_queued_tokens mm_device_do_normalize mm_hasher_algorithm "
        "mm_processor_device per_request_spec_decode_metrics prefix_cache_retention_interval "
        "replayssm_buffer_len return_sampling_mask use_replayssm video_pruning_method"
    ),
    ("0.32.0", "0.33.0"): (
        "aux_output_config custom_histogram_buckets dp_sync_interval elastic_ep_max_dp_size "
        "enable_hc_sp enable_mamba_shared_prefix_checkpoint enable_nccl_comm_suspend "
        "enable_shm_tensor_arena engram_config kda_decode_backend log_config_file log_level "
        "logging_config long_prefill_token_threshold_adaptive max_lora_cls_labels max_num_active_seqs "
        "sleep_mode_offload_cudagraph sleep_preserve_parameter_names sparse_indexer_topk_backend "
        "swa_bounded_replay watermark_config"
    ),
    ("0.33.0", "0.33.0"): "monokernel sleep_mode_backend watchdog_config",
}
"""First and last sampled version → fields of EngineArgs."""

FLAGS: dict[tuple[str, str], str] = {
    ("0.32.0", "0.33.0"): (
        "allow_credentials allowed_headers allowed_methods allowed_origins "
        "anthropic_disabled_thinking_effort api_key api_server_count chat_template "
        "chat_template_content_format cohere_format cohere_is_reasoning_model config "
        "data_parallel_supervisor_port default_chat_template_kwargs disable_access_log_for_endpoints "
        "disable_fastapi_docs disable_uvicorn_access_log dp_supervisor_probe_failure_threshold "
        "dp_supervisor_probe_interval_s dp_supervisor_probe_timeout_s enable_auto_tool_choice "
        "enable_flash_late_interaction enable_force_include_usage enable_log_deltas enable_log_outputs "
        "enable_offline_docs enable_per_request_metrics enable_prompt_tokens_details "
        "enable_request_id_headers enable_scale_out enable_server_load_tracking enable_ssl_refresh "
        "enable_tokenizer_info_endpoint exclude_tools_when_tool_choice_none fingerprint_mode "
        "fingerprint_value grpc grpc_port h11_max_header_count h11_max_incomplete_event_size headless "
        "host log_error_stack lora_modules max_log_len middleware model_tag port response_role "
        "return_tokens_as_token_ids root_path sse_keep_alive_interval ssl_ca_certs ssl_cert_reqs "
        "ssl_certfile ssl_ciphers ssl_keyfile tool_call_parser tool_parser_plugin tool_server "
        "tool_strict_level trust_request_chat_template trust_request_mm_kwargs uds uvicorn_log_level"
    ),
    ("0.33.0", "0.33.0"): "reasoning_effort_map",
}
"""First and last dumped version → arguments of the command line alone."""

TYPES: dict[str, str] = {
    "bool": (
        "aggregate_engine_logging allow_deprecated_quantization async_scheduling cudagraph_metrics "
        "data_parallel_external_lb data_parallel_hybrid_lb data_parallel_multi_port_external_lb "
        "dcp_q_replicate disable_cascade_attn disable_chunked_mm_input disable_custom_all_reduce "
        "disable_hybrid_kv_cache_manager disable_log_stats disable_nccl_for_dp_synchronization "
        "disable_sliding_window enable_batch_sharded_sampling enable_chunked_prefill "
        "enable_cumem_allocator enable_dbo enable_elastic_ep enable_ep_weight_filter enable_eplb "
        "enable_expert_parallel enable_fault_tolerance enable_flashinfer_autotune enable_hc_sp "
        "enable_layerwise_nvtx_tracing enable_log_requests enable_logging_iteration_details "
        "enable_lora enable_mamba_cache_stochastic_rounding enable_mamba_shared_prefix_checkpoint "
        "enable_mfu_metrics enable_mixed_moe_lora_format enable_mm_embeds enable_mm_processor_stats "
        "enable_moe_shared_loras enable_nccl_comm_suspend enable_prefix_caching enable_prompt_embeds "
        "enable_return_routed_experts enable_shm_tensor_arena enable_sleep_mode "
        "enable_tower_connector_lora enable_trace_replay enforce_eager fail_on_environ_validation "
        "fully_sharded_loras interleave_mm_strings jit_monitor_verbose kv_cache_metrics "
        "kv_sharing_fast_prefill language_model_only long_prefill_token_threshold_adaptive "
        "mm_device_do_normalize mm_encoder_only monokernel numa_bind ray_workers_use_nsight "
        "return_sampling_mask scheduler_reserve_full_isl skip_mm_profiling skip_tokenizer_init "
        "sleep_mode_offload_cudagraph specialize_active_lora swa_bounded_replay tokens_only "
        "trust_remote_code use_fp64_gumbel use_replayssm use_tqdm_on_load"
    ),
    "int": (
        "_api_process_count _api_process_rank block_size cp_kv_cache_interleave_size "
        "cpu_distributed_timeout_seconds data_parallel_rank data_parallel_rpc_port data_parallel_size "
        "data_parallel_size_local data_parallel_start_rank dbo_decode_token_threshold "
        "dbo_prefill_token_threshold dcp_kv_cache_interleave_size decode_context_parallel_size "
        "distributed_timeout_seconds dp_sync_interval elastic_ep_max_dp_size kv_cache_memory_bytes "
        "long_prefill_token_threshold mamba_block_size mamba_cache_philox_rounds master_port "
        "max_cpu_loras max_cudagraph_capture_size max_logprobs max_lora_cls_labels max_loras "
        "max_model_len max_num_active_seqs max_num_batched_tokens max_num_queued_reqs "
        "max_num_queued_tokens max_num_scheduled_tokens max_num_seqs max_parallel_loading_workers "
        "mm_shm_cache_max_object_size_mb nnodes node_rank num_gpu_blocks_override offload_group_size "
        "offload_num_in_group offload_prefetch_step pipeline_parallel_size "
        "prefill_context_parallel_size prefill_schedule_interval prefix_cache_retention_interval "
        "prefix_match_unit renderer_num_workers replayssm_buffer_len safetensors_prefetch_block_size "
        "safetensors_prefetch_num_threads seed shutdown_timeout spec_tokens stream_interval "
        "tensor_parallel_size ubatch_size"
    ),
    "float": (
        "cpu_offload_gb gpu_memory_utilization kv_cache_metrics_sample kv_offloading_size "
        "mm_encoder_fp8_scale_save_margin mm_ipc_gpu_memory_gb mm_processor_cache_gb "
        "video_pruning_rate watermark"
    ),
    "str": (
        "allowed_local_media_path code_revision config_format data_parallel_address download_dir "
        "generation_config hf_config_path io_processor_plugin load_format log_config_file master_addr "
        "mm_encoder_attn_dtype mm_encoder_fp8_scale_path mm_encoder_fp8_scale_save_path "
        "mm_processor_device model model_impl model_weights offload_backend otlp_traces_endpoint "
        "quantization reasoning_parser reasoning_parser_plugin revision "
        "show_hidden_metrics_for_version sleep_mode_backend spec_method spec_model tokenizer "
        "tokenizer_revision video_pruning_method worker_cls worker_extension_cls"
    ),
}
"""Type in the last version → fields."""

SWITCHES = (
    "aggregate_engine_logging allow_credentials allow_deprecated_quantization async_scheduling "
    "cohere_is_reasoning_model cudagraph_metrics data_parallel_external_lb data_parallel_hybrid_lb "
    "data_parallel_multi_port_external_lb dcp_q_replicate disable_cascade_attn "
    "disable_chunked_mm_input disable_custom_all_reduce disable_fastapi_docs "
    "disable_hybrid_kv_cache_manager disable_log_stats disable_nccl_for_dp_synchronization "
    "disable_sliding_window disable_uvicorn_access_log enable_auto_tool_choice "
    "enable_batch_sharded_sampling enable_chunked_prefill enable_cumem_allocator enable_dbo "
    "enable_elastic_ep enable_ep_weight_filter enable_eplb enable_expert_parallel "
    "enable_fault_tolerance enable_flash_late_interaction enable_flashinfer_autotune "
    "enable_force_include_usage enable_hc_sp enable_layerwise_nvtx_tracing enable_log_deltas "
    "enable_log_outputs enable_log_requests enable_logging_iteration_details enable_lora "
    "enable_mamba_cache_stochastic_rounding enable_mamba_shared_prefix_checkpoint enable_mfu_metrics "
    "enable_mixed_moe_lora_format enable_mm_embeds enable_moe_shared_loras enable_nccl_comm_suspend "
    "enable_offline_docs enable_per_request_metrics enable_prefix_caching enable_prompt_embeds "
    "enable_prompt_tokens_details enable_request_id_headers enable_return_routed_experts "
    "enable_scale_out enable_server_load_tracking enable_shm_tensor_arena enable_sleep_mode "
    "enable_ssl_refresh enable_tokenizer_info_endpoint enable_tower_connector_lora enable_trace_replay "
    "enforce_eager exclude_tools_when_tool_choice_none fail_on_environ_validation fully_sharded_loras "
    "grpc headless interleave_mm_strings jit_monitor_verbose kv_cache_metrics kv_sharing_fast_prefill "
    "language_model_only log_error_stack long_prefill_token_threshold_adaptive mm_device_do_normalize "
    "mm_encoder_only monokernel numa_bind ray_workers_use_nsight return_sampling_mask "
    "return_tokens_as_token_ids scheduler_reserve_full_isl skip_mm_profiling skip_tokenizer_init "
    "sleep_mode_offload_cudagraph specialize_active_lora swa_bounded_replay tokens_only "
    "trust_remote_code trust_request_chat_template trust_request_mm_kwargs use_fp64_gumbel "
    "use_replayssm use_tqdm_on_load"
)
"""Command line arguments without a value."""

ONE_WAY = "aggregate_engine_logging data_parallel_multi_port_external_lb disable_log_stats grpc headless"
"""Switches that have no opposite."""

UNSPELLED = "_api_process_count _api_process_rank enable_mm_processor_stats mamba_config model_weights"
"""Fields that no argument of the command line sets."""

ALIASES: dict[str, str] = {
    "--device-memory-utilization": "gpu_memory_utilization",
    "-ac": "attention_config",
    "-asc": "api_server_count",
    "-cc": "compilation_config",
    "-dc": "diffusion_config",
    "-dcp": "decode_context_parallel_size",
    "-dp": "data_parallel_size",
    "-dpa": "data_parallel_address",
    "-dpb": "data_parallel_backend",
    "-dpe": "data_parallel_external_lb",
    "-dph": "data_parallel_hybrid_lb",
    "-dpl": "data_parallel_size_local",
    "-dpm": "data_parallel_multi_port_external_lb",
    "-dpn": "data_parallel_rank",
    "-dpp": "data_parallel_rpc_port",
    "-dpr": "data_parallel_start_rank",
    "-ep": "enable_expert_parallel",
    "-n": "nnodes",
    "-pcp": "prefill_context_parallel_size",
    "-pp": "pipeline_parallel_size",
    "-q": "quantization",
    "-r": "node_rank",
    "-sc": "speculative_config",
    "-tp": "tensor_parallel_size",
}
"""Other spellings."""

CHOICES: dict[str, str] = {
    "all2all_backend": (
        "allgather_reducescatter deepep_high_throughput deepep_low_latency deepep_v2 "
        "flashinfer_all2allv flashinfer_nvlink_one_sided flashinfer_nvlink_two_sided moonep "
        "mori_high_throughput mori_low_latency naive nixl_ep passthrough pplx"
    ),
    "convert": "auto classify embed none",
    "data_parallel_backend": "mp ray",
    "dcp_comm_backend": "a2a ag_rs",
    "dtype": "auto bfloat16 float float16 float32 half",
    "expert_placement_strategy": "linear round_robin",
    "gdn_prefill_backend": "aiter_flydsl cutedsl flashinfer sycl triton",
    "jit_monitor_mode": "error warn",
    "kda_decode_backend": "auto flashinfer native triton",
    "kda_prefill_backend": "auto flashinfer flashkda fused triton",
    "kv_cache_dtype": (
        "auto bfloat16 float16 fp8 fp8_ds_mla fp8_e4m3 fp8_e5m2 fp8_inc fp8_per_token_head "
        "int4_per_token_head int8_per_token_head nvfp4 nvfp4_4over6 nvfp4_ds_mla octave_k3v3 "
        "octave_k3v3_compact octave_k3v4 turboquant_3bit_nc turboquant_4bit_nc turboquant_k3v4_nc "
        "turboquant_k8v4 ultraquant_4bit"
    ),
    "kv_offloading_backend": "lmcache native",
    "linear_backend": (
        "aiter auto b12x conch cutlass deep_gemm emulation exllama fbgemm flashinfer_b12x "
        "flashinfer_cudnn flashinfer_cutedsl flashinfer_cutlass flashinfer_trtllm humming machete "
        "marlin torch triton xpu xpu_woq"
    ),
    "log_level": "CRITICAL DEBUG ERROR INFO NOTSET WARNING",
    "logprobs_mode": "processed_logits processed_logprobs raw_logits raw_logprobs",
    "mamba_cache_dtype": "auto bfloat16 float16 float32",
    "mamba_cache_mode": "align none",
    "mamba_ssm_cache_dtype": "auto bfloat16 float16 float32",
    "mamba_ssu_algorithm": "auto horizontal simple vertical",
    "max_lora_rank": "1 128 16 256 32 320 512 64 8",
    "mm_encoder_tp_mode": "data weights",
    "mm_hasher_algorithm": "blake3 sha256 sha512",
    "mm_processor_cache_type": "lru shm",
    "mm_tensor_ipc": "direct_rpc torch_shm",
    "moe_backend": (
        "aiter aiter_mega_moe aiter_triton_mxfp4_bf16 aiter_triton_mxfp4_mxfp4 auto b12x "
        "batched_triton cutlass deep_gemm deep_gemm_mega_moe emulation flashinfer_b12x "
        "flashinfer_cutedsl flashinfer_cutlass flashinfer_moe_ep_cutedsl "
        "flashinfer_moe_ep_mega_deep_gemm flashinfer_trtllm flydsl hpc humming marlin rdna3 triton "
        "triton_unfused"
    ),
    "per_request_spec_decode_metrics": "detailed none summary",
    "performance_mode": "balanced interactivity throughput",
    "prefix_caching_hash_algo": "sha256 sha256_cbor xxhash xxhash_cbor",
    "runner": "auto draft generate pooling",
    "safetensors_load_strategy": "eager lazy prefetch torchao",
    "scheduling_policy": "fcfs priority",
    "sparse_indexer_topk_backend": ("aiter auto cooperative deep_select flashinfer per_row persistent torch"),
}
"""Values of the last version, where they are a closed list."""
