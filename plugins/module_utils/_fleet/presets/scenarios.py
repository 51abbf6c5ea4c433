# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Presets of whole services that are known to work."""

from __future__ import annotations

from typing import Any

from .preset import Preset

_LORA: dict[str, Any] = {
    "engine_args": {"gpu_memory_utilization": 0.85, "max_model_len": 8192},
    "lora": {"enabled": True, "max_rank": 32},
    "gpu": {"mode": "vgpu", "memory_percent": 80},
    "shm_size": "30Gi",
}

SCENARIOS: dict[str, Preset] = {
    "lean-rag": Preset(
        description="Retrieval-augmented generation on one A10G-class GPU, scaled by request rate.",
        values={
            "engine_args": {"gpu_memory_utilization": 0.9, "kv_cache_dtype": "fp8"},
            "resources": {
                "cpu": {"request": "4", "limit": "8"},
                "memory": {"request": "16Gi", "limit": "32Gi"},
            },
            "scaling": {"min": 1, "max": 10, "metric": "rps", "target": 4},
        },
    ),
    "gpt2-demo": Preset(
        description="A model as small as gpt2 on half of a GPU's memory.",
        values={"engine_args": {"gpu_memory_utilization": 0.5, "enforce_eager": True}},
    ),
    "kserve-fixed-one": Preset(
        description="Exactly one copy on KServe in Knative mode, whatever the load.",
        values={
            "kserve": {"mode": "Knative"},
            "scaling": {"min": 1, "max": 1, "metric": "concurrency", "target": 1},
        },
    ),
    "lora-4-gpus": Preset(
        description="LoRA adapters on shares of 4 GPUs, with the cache on 2 devices.",
        values={**_LORA, "topology": {"tensor": 4}},
        offload={"ssd_gb": 500, "device_count": 2},
        engines=("aidaptiv",),
    ),
    "lora-8-gpus": Preset(
        description="LoRA adapters on shares of 8 GPUs, with the cache on 4 devices and a node port.",
        values={
            **_LORA,
            "topology": {"tensor": 8},
            "expose": {"type": "nodeport", "port": 8299, "node_port": 30299},
        },
        offload={"ssd_gb": 500, "device_count": 4},
        engines=("aidaptiv",),
    ),
}
