# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Presets of models with engines that were built and measured: how they are split, and on which GPU."""

from __future__ import annotations

from .preset import Preset

GROUP = "trtllm"

_SMALL, _LARGE = "Tesla-V100-SXM2-16GB", "NVIDIA-A10G"
_MEMORY_PER_GPU = 32


def _split(description: str, tensor: int, product: str) -> Preset:
    """One GPU of a product for each part of the model, and as many for its conversion."""
    conversion = {"gpu": tensor, "memory": f"{_MEMORY_PER_GPU * tensor}Gi"}
    return Preset(
        description=description,
        values={
            "topology": {"tensor": tensor},
            "gpu": {"product": product},
            "conversion": {"resources": conversion},
        },
        group=GROUP,
        engines=("triton-trtllm",),
    )


TRTLLM: dict[str, Preset] = {
    "gpt2-trt1": _split("gpt2 with TensorRT-LLM on one GPU.", 1, _SMALL),
    "opt125m-trt1": _split("OPT 125M with TensorRT-LLM on one GPU.", 1, _SMALL),
    "llama-2-7b-trt2": _split("Llama 2 7B with TensorRT-LLM over 2 GPUs.", 2, _SMALL),
    "llama-2-7b-chat-trt2": _split("Llama 2 7B Chat with TensorRT-LLM over 2 GPUs.", 2, _SMALL),
    "llama-3-8b-trt2": _split("Llama 3 8B with TensorRT-LLM over 2 GPUs.", 2, _SMALL),
    "llama-3-8b-instruct-trt4": _split("Llama 3 8B Instruct with TensorRT-LLM over 4 GPUs.", 4, _SMALL),
    "llama-2-70b-trt8": _split("Llama 2 70B with TensorRT-LLM over 8 GPUs.", 8, _LARGE),
    "llama-3-70b-instruct-trt8": _split("Llama 3 70B Instruct with TensorRT-LLM over 8 GPUs.", 8, _LARGE),
}
