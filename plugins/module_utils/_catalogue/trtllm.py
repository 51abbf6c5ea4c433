# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TensorRT-LLM by version: how it serves a model, and how a model is converted for it."""

from __future__ import annotations

from .vllm import release

LLM_API_SINCE = "1.0"
"""From here on Triton serves a model of the hub as it is, through TensorRT-LLM's LLM API; before, engines are
built for one GPU product, one data type and one way to split the model."""

LLM_API_MODEL = "/app/all_models/llmapi/tensorrt_llm/1"
"""The directory of the backend's own ``model.py`` in the image."""

TEMPLATES = "/app/all_models/inflight_batcher_llm"
"""The directory of the templates of a model repository in the image."""

DATA_TYPES = ("float16", "bfloat16", "float32")
"""Data types of a converted model; the first is the usual one."""

WORLD_SIZES = (1, 2, 4, 8, 16, 32)
"""GPUs of one copy that TensorRT-LLM is built for."""

_MODELS_IN_FOLDERS_SINCE = "0.20"
_CUSTOM_ALL_REDUCE_BY_FLAG_BELOW = "0.12"
_LENGTH_OF_OUTPUT_BELOW = "0.11"
_TOKENIZER_TYPE_BELOW = "0.10"

FAMILIES: dict[str, str] = {
    "bloom": "bloom",
    "falcon": "falcon",
    "gemma": "gemma",
    "gpt2": "gpt",
    "gpt_neox": "gptneox",
    "gptj": "gptj",
    "llama": "llama",
    "mistral": "llama",
    "mixtral": "llama",
    "opt": "opt",
    "phi": "phi",
    "qwen2": "qwen",
}
"""``model_type`` of a model's configuration → the converter's directory among the examples."""

_CONTRIBUTED = frozenset({"bloom", "falcon", "gptj", "gptneox", "opt"})


def families(version: str) -> dict[str, str]:
    """``model_type`` → where its converter is below the image's examples."""
    if release(version) < release(_MODELS_IN_FOLDERS_SINCE):
        return FAMILIES
    return {
        kind: f"models/{'contrib' if name in _CONTRIBUTED else 'core'}/{name}"
        for kind, name in FAMILIES.items()
    }


def linked_only_by_network(version: str) -> tuple[dict[str, str], dict[str, str]]:
    """Options of ``trtllm-build`` and variables of servers for GPUs that do not see each other's memory."""
    if release(version) < release(_CUSTOM_ALL_REDUCE_BY_FLAG_BELOW):
        return {"use_custom_all_reduce": "disable"}, {}
    return {}, {"FORCE_NCCL_ALL_REDUCE_STRATEGY": "1"}


def build_options(version: str, *, data_type: str, batch: int | None, length: int | None) -> dict[str, str]:
    """Options of ``trtllm-build`` in the words of a version; what is not given stays its own default."""
    options = {"gemm_plugin": data_type, "gpt_attention_plugin": data_type, "remove_input_padding": "enable"}
    if release(version) < release(_LENGTH_OF_OUTPUT_BELOW):
        options["paged_kv_cache"] = "enable"
        if length is not None:
            options |= {"max_input_len": str(length // 2), "max_output_len": str(length - length // 2)}
    else:
        options["kv_cache_type"] = "paged"
        if length is not None:
            options["max_seq_len"] = str(length)
    if batch is not None:
        options["max_batch_size"] = str(batch)
    return options


def asks_tokenizer_type(version: str) -> bool:
    """Whether the templates of the tokenizers ask for the kind of tokenizer."""
    return release(version) < release(_TOKENIZER_TYPE_BELOW)
