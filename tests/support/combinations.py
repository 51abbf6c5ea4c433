# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every engine on every platform from every kind of store behind every way in, as one inventory."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle, product
from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._engines import ENGINES
from ansible_collections.inferops.serving.plugins.module_utils._exposure import EXPOSURES
from ansible_collections.inferops.serving.plugins.module_utils._platforms import PLATFORMS
from ansible_collections.inferops.serving.plugins.module_utils._stores import STORES

CLUSTER = {
    "components": {
        "gateway": {"class_name": "lab"},
        "prometheus": {"url": "http://prometheus.monitoring:9090"},
    },
    "gpu_resources": "hami",
}

SECRETS = [
    {"name": "hub-token", "kind": "hf-token", "value": "made-up-token"},
    {"name": "keys", "kind": "s3", "access_key": "made-up-access", "secret_key": "made-up-secret"},
    {"name": "clients", "kind": "basic-auth", "username": "tester", "password": "made-up-password"},
]

_KINDS: dict[str, dict[str, Any]] = {
    "pvc": {"size": "200Gi", "storage_class": "fast"},
    "nfs": {"size": "200Gi", "pv": {"nfs": {"server": "nfs.example", "path": "/models"}}},
    "csi": {"size": "200Gi", "pv": {"csi": {"driver": "efs.csi.aws.com", "handle": "fs-1"}}},
    "s3": {"endpoint": "https://s3.example:443", "bucket": "models", "secret": "keys"},
    "oci": {"registry": "registry.example/models"},
    "hf": {"secret": "hub-token"},
}

_ENGINES: dict[str, dict[str, Any]] = {
    "aidaptiv": {"image": "registry.example/aidaptiv:v1", "gpu": {"mode": "vgpu", "memory_percent": 80}},
    "triton-trtllm": {"topology": {"tensor": 2}},
}

_PRESETS: dict[str, tuple[list[str], ...]] = {
    "vllm": ([], ["size-small"], ["size-medium", "low-latency"], ["lean-rag"]),
    "triton-vllm": ([], ["gpt2-demo"]),
    "aidaptiv": ([], ["size-small"], ["size-medium"], ["high-throughput"]),
}


def inventory() -> dict[str, Any]:
    """The five variables. Services are named by what they combine."""
    return {
        "llm_cluster": CLUSTER,
        "llm_secrets": SECRETS,
        "llm_stores": [{"name": kind, "kind": kind, **_KINDS[kind]} for kind in STORES],
        "llm_models": [_model(kind) for kind in STORES],
        "llm_serving": list(_services()),
    }


def _model(kind: str) -> dict[str, Any]:
    return {
        "name": f"m-{kind}",
        "source": "org/model",
        "store": kind,
        "size_class": "small",
        "raw_size": "3Gi",
        "converted_sizes": {"1x2": "3Gi"},
    }


def _services() -> Iterator[dict[str, Any]]:
    presets = {engine: cycle(_PRESETS.get(engine, ([],))) for engine in ENGINES}
    for engine, platform, kind, way in product(ENGINES, PLATFORMS, STORES, EXPOSURES):
        name = f"{engine}-{platform}-{kind}-{way}"
        expose: dict[str, Any] = {"type": way}
        if way in ("route", "istio", "gateway-api", "traefik"):
            expose["host"] = f"{name}.example"
        yield {
            "name": name,
            "namespace": "sweep",
            "model": f"m-{kind}",
            "engine": engine,
            "platform": platform,
            "presets": next(presets[engine]),
            "expose": expose,
            **_ENGINES.get(engine, {}),
        }
