# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoint picker: the process that a gateway asks which pod shall have a request."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..._names import SERVICE_LABEL
from ..._workload import Env, EnvValue, PodField, Port
from ..pod import environment, metadata
from ..rights import rights
from .names import GRPC, GRPC_HEALTH, METRICS, POOL_GROUP, picker_name
from .picker_config import picker_config

if TYPE_CHECKING:
    from ..._plan.facts import ServicePlan

_CONFIG = "/config"
_FILE = "epp.yaml"
_RULES: list[dict[str, Any]] = [
    {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]},
    {"apiGroups": [POOL_GROUP], "resources": ["inferencepools"], "verbs": ["get", "list", "watch"]},
    {
        "apiGroups": ["llm-d.ai", "inference.networking.x-k8s.io"],
        "resources": ["inferenceobjectives", "inferencemodelrewrites"],
        "verbs": ["get", "list", "watch"],
    },
]
_ELECTION: list[dict[str, Any]] = [
    {
        "apiGroups": ["coordination.k8s.io"],
        "resources": ["leases"],
        "verbs": ["get", "list", "watch", "create", "update", "patch", "delete"],
    },
    {"apiGroups": [""], "resources": ["events"], "verbs": ["create", "patch"]},
]


def picker_objects(plan: ServicePlan) -> list[dict[str, Any]]:
    name = picker_name(plan)
    rules = [*_RULES, *(_ELECTION if _elects(plan) else [])]
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(plan, name)},
        *rights(plan, name, name, rules),
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": metadata(plan, name),
            "data": {_FILE: config_text(plan)},
        },
        _service(plan),
        _deployment(plan),
    ]


def config_text(plan: ServicePlan) -> str:
    """JSON, which is YAML too."""
    return json.dumps(picker_config(plan), indent=2) + "\n"


def picker_labels(plan: ServicePlan) -> dict[str, str]:
    """Of no serving pod: its Service and monitors must not take it for one."""
    labels = {key: value for key, value in plan.labels.items() if key != SERVICE_LABEL}
    return {**labels, **picker_selector(plan)}


def picker_selector(plan: ServicePlan) -> dict[str, str]:
    return {"app.kubernetes.io/component": "endpoint-picker", "app.kubernetes.io/instance": plan.name}


def _elects(plan: ServicePlan) -> bool:
    return plan.service.router.scheduler_replicas > 1


def _service(plan: ServicePlan) -> dict[str, Any]:
    grpc = {"name": GRPC.name, "port": GRPC.number, "targetPort": GRPC.name, "appProtocol": "http2"}
    metrics = {"name": METRICS.name, "port": METRICS.number, "targetPort": METRICS.name}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(plan, picker_name(plan)),
        "spec": {
            "type": "ClusterIP",
            "selector": picker_selector(plan),
            "ports": [{**grpc, "protocol": "TCP"}, {**metrics, "protocol": "TCP"}],
        },
    }


def _deployment(plan: ServicePlan) -> dict[str, Any]:
    """All but one copy wait for the one that leads, so the old one must go before a new one can."""
    name = picker_name(plan)
    security: dict[str, Any] = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    if plan.user is not None:
        security["runAsUser"] = plan.user
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(plan, name),
        "spec": {
            "replicas": 0 if plan.stopped else plan.service.router.scheduler_replicas,
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": picker_selector(plan)},
            "template": {
                "metadata": {"labels": picker_labels(plan)},
                "spec": {
                    "serviceAccountName": name,
                    "enableServiceLinks": False,
                    "imagePullSecrets": [{"name": each} for each in plan.pull_secrets],
                    "securityContext": security,
                    # A gateway goes on asking it about requests of the pods that are being stopped.
                    "terminationGracePeriodSeconds": plan.grace_period,
                    "containers": [_container(plan)],
                    "volumes": [{"name": "config", "configMap": {"name": name}}],
                },
            },
        },
    }


def _container(plan: ServicePlan) -> dict[str, Any]:
    args = [
        f"--pool-name={plan.name}",
        f"--pool-namespace={plan.namespace}",
        f"--pool-group={POOL_GROUP}",
        "--zap-encoder=json",
        f"--grpc-port={GRPC.number}",
        f"--grpc-health-port={GRPC_HEALTH.number}",
        f"--metrics-port={METRICS.number}",
        "--metrics-endpoint-auth=false",
        f"--tracing={str(plan.service.monitoring.tracing is not None).lower()}",
        f"--config-file={_CONFIG}/{_FILE}",
    ]
    if _elects(plan):
        args.append("--ha-enable-leader-election")
    return {
        "name": "epp",
        "image": plan.router_image("picker"),
        "imagePullPolicy": plan.service.image_pull_policy,
        "args": args,
        "env": environment(_environment(plan)),
        "ports": [_port(port) for port in (GRPC, GRPC_HEALTH, METRICS)],
        "livenessProbe": _probe("liveness"),
        "readinessProbe": _probe("readiness"),
        "resources": {
            "requests": {"cpu": "1", "memory": "2Gi", "ephemeral-storage": "64Mi"},
            "limits": {"cpu": "6", "memory": "16Gi", "ephemeral-storage": "1Gi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "config", "mountPath": _CONFIG, "readOnly": True}],
    }


def _environment(plan: ServicePlan) -> Env:
    env: dict[str, EnvValue] = {
        "NAMESPACE": PodField(path="metadata.namespace"),
        "POD_NAME": PodField(path="metadata.name"),
    }
    if plan.service.monitoring.tracing is not None:
        env["OTEL_SERVICE_NAME"] = picker_name(plan)
        env["OTEL_TRACES_EXPORTER"] = "otlp"
        env["OTEL_EXPORTER_OTLP_ENDPOINT"] = plan.service.monitoring.tracing
    return env


def _port(port: Port) -> dict[str, Any]:
    return {"name": port.name, "containerPort": port.number, "protocol": "TCP"}


def _probe(service: str) -> dict[str, Any]:
    return {"grpc": {"port": GRPC_HEALTH.number, "service": service}, "periodSeconds": 10}
