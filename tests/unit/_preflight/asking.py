# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking the rules about a small inventory and a cluster of which only what matters is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._fleet import Problem
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects
from ansible_collections.inferops.serving.plugins.module_utils._preflight.facts import Facts
from ansible_collections.inferops.serving.plugins.module_utils._preflight.pods import Wanted, wanted
from ansible_collections.inferops.serving.plugins.module_utils._preflight.rules import check

Entry = Mapping[str, Any]
Object = dict[str, Any]

MODEL = {"name": "m", "source": "org/m"}
SERVICE = {"name": "a", "model": "m", "engine": "vllm"}
TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}


def services(*entries: Entry, cluster: Entry | None = None) -> list[Wanted]:
    """The services, each laid over a plain vLLM service, and their objects."""
    specification = read(
        {
            "llm_cluster": cluster or {},
            "llm_models": [MODEL],
            "llm_serving": [{**SERVICE, **entry} for entry in entries or ({},)],
        }
    )
    assert [str(problem) for problem in specification.errors] == []
    return [wanted(plan, service_objects(plan)) for plan in specification.plans]


def node(
    name: str = "gpu-0",
    *,
    product: str = "NVIDIA-A10G",
    taints: list[dict[str, str]] | None = None,
    labels: Mapping[str, str] | None = None,
    ready: bool = True,
    **allocatable: Any,
) -> Object:
    """A node of the cluster with eight GPUs, unless something else is said; ``gpus=4`` is four of them."""
    gpus = str(allocatable.pop("gpus", 8))
    return {
        "metadata": {
            "name": name,
            "labels": {"nvidia.com/gpu": "present", "nvidia.com/gpu.product": product, **(labels or {})},
        },
        "spec": {"taints": [TAINT] if taints is None else taints},
        "status": {
            "allocatable": {"cpu": "96", "memory": "1000Gi", "nvidia.com/gpu": gpus, **allocatable},
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
        },
    }


def holder(gpus: int, *, on: str = "gpu-0", labels: Mapping[str, str] | None = None) -> Object:
    """A pod of somebody's that holds GPUs."""
    resources = {"limits": {"nvidia.com/gpu": str(gpus)}}
    return {
        "metadata": {"name": "holder", "namespace": "default", "labels": dict(labels or {})},
        "spec": {"nodeName": on, "containers": [{"name": "main", "resources": resources}]},
    }


def facts(asked: list[Wanted], **given: Any) -> Facts:
    """A cluster in which everything is there that the services need, but for what is given otherwise."""
    kinds = {(obj["apiVersion"], obj["kind"]) for one in asked for obj in one.objects}
    made = {("serving.knative.dev/v1", "Service"), ("keda.sh/v1alpha1", "ScaledObject")}
    known: dict[str, Any] = {
        "version": "v1.33.2",
        "served": frozenset(kinds | made),
        "nodes": [node()],
        "pods": [],
        "namespaces": {"default": {"metadata": {"name": "default"}}},
        **given,
    }
    return Facts(**known)


def told(*entries: Entry, cluster: Entry | None = None, **given: Any) -> list[Problem]:
    asked = services(*entries, cluster=cluster)
    return check(asked, facts(asked, **given))


def texts(problems: list[Problem]) -> list[str]:
    return [str(problem) for problem in problems]
