# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The routing proxy in front of the engine of a decode pod, and what it may ask of the API.

It sends a request first to the prefill pod that the endpoint picker chose, and then to its own engine. The
picker's choice is a header that a client could forge: the proxy watches the pool's pods and goes to no other
address. The token for that is mounted into the proxy alone.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from ..pod import metadata
from ..rights import rights
from .names import POOL_GROUP

if TYPE_CHECKING:
    from ..._plan.facts import ServicePlan

_TOKEN = "api-token"  # noqa: S105 - the name of a volume
_TOKEN_DIRECTORY = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105 - a path
_RESOURCES = {
    "requests": {"cpu": "100m", "memory": "128Mi", "ephemeral-storage": "64Mi"},
    "limits": {"cpu": "2", "memory": "1Gi", "ephemeral-storage": "256Mi"},
}
_RULES: list[dict[str, Any]] = [
    {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]},
    {"apiGroups": [POOL_GROUP], "resources": ["inferencepools"], "verbs": ["get", "list", "watch"]},
]


def proxied(pod: dict[str, Any], proxy: dict[str, Any]) -> dict[str, Any]:
    """The pod with a proxy in front of its engine; what every proxy needs is added to this one."""
    token = {"name": _TOKEN, "mountPath": _TOKEN_DIRECTORY, "readOnly": True}
    completed = {**proxy, "resources": deepcopy(_RESOURCES), "volumeMounts": [token]}
    return {
        **pod,
        "initContainers": [*pod.get("initContainers", ()), completed],
        "volumes": [*pod["volumes"], _token_volume()],
    }


def proxy_account(plan: ServicePlan) -> str:
    return plan.service_account or f"{plan.name}-proxy"


def proxy_objects(plan: ServicePlan) -> list[dict[str, Any]]:
    """ServiceAccount, unless the pods have one already, and its rights."""
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(plan, proxy_account(plan)),
        "automountServiceAccountToken": False,
    }
    made = [account] if plan.service_account is None else []
    return [*made, *rights(plan, f"{plan.name}-proxy", proxy_account(plan), _RULES)]


def proxy_container(plan: ServicePlan) -> dict[str, Any]:
    """A container that runs beside the main one although it is among those that start before it."""
    port = plan.request_port
    probe = {"httpGet": {"path": plan.engine.liveness_path, "port": port.name}, "periodSeconds": 10}
    return {
        "name": "routing-proxy",
        "image": plan.router_image("proxy"),
        "imagePullPolicy": plan.service.image_pull_policy,
        "restartPolicy": "Always",
        "command": [
            "/app/pd-sidecar",
            f"--port={port.number}",
            f"--vllm-port={plan.http_port.number}",
            "--kv-connector=nixlv2",
            "--secure-proxy=false",
            "--enable-ssrf-protection=true",
            f"--pool-group={POOL_GROUP}",
            f"--inference-pool={plan.namespace}/{plan.name}",
        ],
        "env": [
            {"name": "INFERENCE_POOL_NAME", "value": plan.name},
            {"name": "INFERENCE_POOL_NAMESPACE", "value": plan.namespace},
        ],
        "ports": [{"name": port.name, "containerPort": port.number, "protocol": "TCP"}],
        "readinessProbe": {**probe, "timeoutSeconds": 5, "failureThreshold": 10},
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }


def _token_volume() -> dict[str, Any]:
    root = {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}}
    field = {"path": "namespace", "fieldRef": {"fieldPath": "metadata.namespace"}}
    sources = [
        {"serviceAccountToken": {"path": "token", "expirationSeconds": 3607}},
        root,
        {"downwardAPI": {"items": [field]}},
    ]
    return {"name": _TOKEN, "projected": {"sources": sources}}
