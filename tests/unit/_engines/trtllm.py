# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services on TensorRT-LLM for tests: the old way with engines, and the LLM API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan

from tests.unit._plan.inventory import HUB, planned

VOLUME = {"name": "model-volume", "kind": "pvc", "size": "512Gi", "mount_path": "/var/run/models"}
LLAMA = {"name": "llama-3-8b", "source": "meta-llama/Meta-Llama-3-8B", "store": "hub"}
IMAGE = "registry.example/triton_trt-llm:24.04"
PLACE = "/var/run/models/llama-3-8b/NVIDIA-A10G/float16/1x2/0.9.0"


def engines(*, model: Mapping[str, Any] | None = None, **service: Any) -> ServicePlan:
    """A service whose engines are built by a Job: seed's image, two GPUs of one product."""
    return planned(
        **{
            "engine": "triton-trtllm",
            "image": IMAGE,
            "version": "0.9.0",
            "stores": (VOLUME, HUB),
            "model": {**LLAMA, **(model or {})},
            "cache": {"store": "model-volume", "path": "hugging_face"},
            "gpu": {"product": "NVIDIA-A10G"},
            "topology": {"tensor": 2},
            **service,
        }
    )


def llm_api(*, model: Mapping[str, Any] | None = None, **service: Any) -> ServicePlan:
    """A service of the present: the model of the hub as it is."""
    return planned(
        **{
            "engine": "triton-trtllm",
            "stores": (VOLUME, HUB),
            "model": {**LLAMA, **(model or {})},
            "topology": {"tensor": 2},
            **service,
        }
    )


def files(plan: ServicePlan) -> dict[str, str]:
    """All files that the server's pods get, by path."""
    return {path: text for config in plan.workload.config for path, text in config.files.items()}


def launch(plan: ServicePlan) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files(plan)["launch.json"])
    return found


def convert(plan: ServicePlan) -> dict[str, Any]:
    (job,) = plan.workload.jobs
    (config,) = job.workload.config
    found: dict[str, Any] = json.loads(config.files["convert.json"])
    return found
