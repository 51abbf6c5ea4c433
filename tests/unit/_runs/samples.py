# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A service of two pods with four GPUs each, and its plan."""

from __future__ import annotations

from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._inventory import read
from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan

INVENTORY: dict[str, Any] = {
    "llm_cluster": {"registry": {"prefix": "registry.example/cache"}},
    "llm_secrets": [
        {"name": "hub", "kind": "hf-token", "value": "made-up-token"},
        {"name": "clients", "kind": "api-key", "value": "made-up-key"},
    ],
    "llm_stores": [{"name": "hub", "kind": "hf", "secret": "hub"}],
    "llm_models": [{"name": "llama", "source": "meta-llama/Llama-3.1-70B-Instruct", "store": "hub"}],
}
LARGE: dict[str, Any] = {
    "name": "large",
    "model": "llama",
    "engine": "vllm",
    "platform": "lws",
    "namespace": "rag",
    "topology": {"tensor": 4, "pipeline": 2, "pods": "per-node", "gpus_per_node": 4},
    "resources": {"extra": {"rdma/hca": "1"}},
    "env": {"NCCL_IB_HCA": "mlx5", "HTTP_PROXY": "http://proxy.example"},
    "expose": {"auth": {"api_key": "clients"}},
}


def planned(**changes: Any) -> ServicePlan:
    found = read({**INVENTORY, "llm_serving": [{**LARGE, **changes}]})
    assert not found.errors, found.errors
    return found.plans[0]
