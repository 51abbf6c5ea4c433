# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small inventories for tests: one service on one model in one store, and what a test says otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._fleet import Fleet, load
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects
from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan, plan

Object = dict[str, Any]

CLAIM = {"name": "models", "kind": "pvc", "size": "100Gi"}
BUCKET = {
    "name": "bucket",
    "kind": "s3",
    "endpoint": "https://s3.ru-1.storage.selcloud.ru",
    "region": "ru-1",
    "bucket": "demo",
    "secret": "keys",
}
HUB = {"name": "hub", "kind": "hf", "secret": "token"}
SFS = {
    "name": "sfs",
    "kind": "nfs",
    "size": "50Gi",
    "mount_path": "/mnt/nfs",
    "pv": {"nfs": {"server": "sfs.example", "path": "/shares/1"}},
}
SECRETS = (
    {"name": "keys", "kind": "s3", "access_key": "AKIA", "secret_key": "hidden"},
    {"name": "token", "kind": "hf-token", "value": "hf_hidden"},
    {
        "name": "ngc",
        "kind": "registry",
        "registries": [{"server": "nvcr.io", "username": "$oauthtoken", "password": "hidden"}],
    },
)
IMAGES = {"triton-vllm": "nvcr.io/nvidia/tritonserver:26.06-vllm-python-py3"}


def fleet(
    services: Sequence[Mapping[str, Any]],
    *,
    models: Sequence[Mapping[str, Any]] = ({"name": "llama", "source": "llama/8b", "store": "models"},),
    cluster: Mapping[str, Any] | None = None,
    stores: Sequence[Mapping[str, Any]] = (CLAIM, BUCKET, HUB, SFS),
    secrets: Sequence[Mapping[str, Any]] = SECRETS,
) -> Fleet:
    loaded, problems = load(
        {
            "llm_cluster": cluster or {},
            "llm_secrets": list(secrets),
            "llm_stores": list(stores),
            "llm_models": list(models),
            "llm_serving": list(services),
        }
    )
    assert [str(problem) for problem in problems if problem.severity == "error"] == []
    return loaded


def planned(
    *,
    model: Mapping[str, Any] | None = None,
    cluster: Mapping[str, Any] | None = None,
    stores: Sequence[Mapping[str, Any]] = (CLAIM, BUCKET, HUB, SFS),
    secret_states: Mapping[tuple[str, str], str] | None = None,
    **service: Any,
) -> ServicePlan:
    """The plan of service ``chat``, by default vLLM on a Deployment with a model in a claim."""
    served = {"name": "llama", "source": "llama/8b", "store": "models", **(model or {})}
    entry = {"name": "chat", "model": served["name"], "engine": "vllm", **service}
    return plan(fleet([entry], models=[served], cluster=cluster, stores=stores), secret_states=secret_states)[
        0
    ]


def rendered(**given: Any) -> dict[str, Object]:
    """The objects of the service by kind."""
    return {each["kind"]: each for each in service_objects(planned(**given))}


def pod(objects: Mapping[str, Object]) -> Object:
    spec: Object = objects["Deployment"]["spec"]["template"]["spec"]
    return spec


def main_container(objects: Mapping[str, Object]) -> Object:
    if "Deployment" in objects:
        container: Object = pod(objects)["containers"][0]
    else:
        container = objects["ServingRuntime"]["spec"]["containers"][0]
    return container


def variables(container: Mapping[str, Any]) -> dict[str, Any]:
    """Environment variables by name: the text, or the reference to a Secret's key."""
    return {
        each["name"]: each.get("value", each.get("valueFrom", {}).get("secretKeyRef"))
        for each in container["env"]
    }
