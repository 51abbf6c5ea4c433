# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The model repository of Triton with TensorRT-LLM: files for the LLM API, filled templates for engines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .._catalogue import trtllm
from . import triton_trtllm_layout as layout
from .triton_trtllm_links import lacks_links

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan
    from .triton_trtllm_layout import Place

_BATCH = 64
_TOKENIZERS = 4
"""Processes that turn text into tokens and back."""

_INPUTS: tuple[tuple[str, str, str], ...] = (
    ("text_input", "TYPE_STRING", "-1"),
    ("streaming", "TYPE_BOOL", "1"),
    ("stop", "TYPE_BOOL", "1"),
    ("sampling_param_max_tokens", "TYPE_INT32", "1"),
    ("sampling_param_temperature", "TYPE_FP32", "1"),
    ("sampling_param_top_k", "TYPE_INT32", "1"),
    ("sampling_param_top_p", "TYPE_FP32", "1"),
    ("sampling_param_frequency_penalty", "TYPE_FP32", "1"),
    ("sampling_param_presence_penalty", "TYPE_FP32", "1"),
    ("sampling_param_stop", "TYPE_STRING", "-1"),
    ("sampling_param_seed", "TYPE_UINT64", "1"),
    ("sampling_param_best_of", "TYPE_INT32", "1"),
    ("sampling_param_exclude_input_from_output", "TYPE_BOOL", "1"),
    ("return_finish_reason", "TYPE_BOOL", "1"),
    ("return_stop_reason", "TYPE_BOOL", "1"),
    ("return_cumulative_logprob", "TYPE_BOOL", "1"),
)
"""What a request may hold, as the backend of the LLM API reads it; the first is required."""

_OUTPUTS: tuple[tuple[str, str, str], ...] = (
    ("text_output", "TYPE_STRING", "-1"),
    ("finish_reason", "TYPE_STRING", "-1"),
    ("stop_reason", "TYPE_STRING", "-1"),
    ("cumulative_logprob", "TYPE_FP32", "-1"),
)

_MODEL_PY = f'''\
"""The backend of the LLM API is part of the image; what it serves stands in model.yaml beside this."""

import importlib.util
import sys

IMAGE = "{trtllm.LLM_API_MODEL}"

sys.path.insert(0, IMAGE)
_spec = importlib.util.spec_from_file_location("trtllm_backend", f"{{IMAGE}}/model.py")
_module = importlib.util.module_from_spec(_spec)
sys.modules[_spec.name] = _module
_spec.loader.exec_module(_module)

TritonPythonModel = _module.TritonPythonModel
'''


def rendered(plan: ServicePlan) -> dict[str, str]:
    """The repository of the LLM API: path below its root to content. JSON is YAML too."""
    model = plan.engine.served_names[0]
    return {
        f"{model}/config.pbtxt": _config(),
        f"{model}/1/model.yaml": json.dumps(_llm(plan), indent=2, sort_keys=True, ensure_ascii=False) + "\n",
        f"{model}/1/model.py": _MODEL_PY,
    }


def _llm(plan: ServicePlan) -> dict[str, Any]:
    """Arguments of ``tensorrt_llm.LLM``, and what Triton itself reads."""
    given, topology = plan.service.engine_args, plan.service.topology
    several = plan.pods_per_copy > 1
    arguments: dict[str, Any] = {
        "model": plan.location.path,
        "backend": "pytorch",
        "revision": plan.model.revision if plan.location.delivery == "hub" else None,
        "tensor_parallel_size": topology.tensor,
        "pipeline_parallel_size": topology.pipeline,
        "moe_expert_parallel_size": topology.tensor if topology.expert else None,
        "gpus_per_node": plan.gpus_per_pod if several else None,
        "dtype": plan.model.dtype,
        "max_batch_size": given.max_num_seqs,
        "max_seq_len": given.max_model_len,
        "allreduce_strategy": "NCCL" if lacks_links(plan) else None,
        **given.model_json,
        "triton_config": {"decoupled": False, "max_batch_size": 0},
    }
    return {name: value for name, value in arguments.items() if value is not None}


def _config() -> str:
    """The backend decides about batches itself; what it takes and gives are tensors of their own."""
    inputs = [_tensor(*each, optional=number > 0) for number, each in enumerate(_INPUTS)]
    outputs = [_tensor(*each, optional=False) for each in _OUTPUTS]
    return (
        'backend: "python"\nmax_batch_size: 0\n'
        "instance_group [\n  {\n    count: 1\n    kind: KIND_CPU\n  }\n]\n"
        f"input [\n{_list(inputs)}\n]\noutput [\n{_list(outputs)}\n]\n"
    )


def _tensor(name: str, kind: str, dims: str, *, optional: bool) -> str:
    tail = "\n    optional: true" if optional else ""
    return f'  {{\n    name: "{name}"\n    data_type: {kind}\n    dims: [ {dims} ]{tail}\n  }}'


def _list(items: list[str]) -> str:
    return ",\n".join(items)


def templates(plan: ServicePlan, place: Place) -> dict[str, dict[str, str]]:
    """Model of the repository → what its template in the image asks for."""
    batch = {"triton_max_batch_size": str(plan.service.engine_args.max_num_seqs or _BATCH)}
    tokenizer = {"tokenizer_dir": place / layout.TOKENIZER, "add_special_tokens": "true"}
    if trtllm.asks_tokenizer_type(plan.engine_version):
        tokenizer["tokenizer_type"] = "auto"
    return {
        "preprocessing": {**batch, **tokenizer, "preprocessing_instance_count": str(_TOKENIZERS)},
        "postprocessing": {
            **batch,
            **tokenizer,
            "postprocessing_instance_count": str(_TOKENIZERS),
            "skip_special_tokens": "true",
        },
        "tensorrt_llm": {
            **batch,
            "triton_backend": "tensorrtllm",
            "engine_dir": place / layout.ENGINE,
            "decoupled_mode": "false",
            "batching_strategy": "inflight_fused_batching",
            "batch_scheduler_policy": "guaranteed_no_evict",
            "exclude_input_in_output": "true",
            "max_queue_delay_microseconds": "0",
            "max_queue_size": "0",
            "kv_cache_free_gpu_mem_fraction": "0.9",
            "enable_kv_cache_reuse": "false",
            "encoder_input_features_data_type": "TYPE_FP16",
            "prompt_embedding_table_data_type": "TYPE_FP16",
            "logits_datatype": "TYPE_FP32",
            **{name: str(value) for name, value in plan.service.engine_args.model_json.items()},
        },
        "ensemble": {**batch, "logits_datatype": "TYPE_FP32"},
    }
