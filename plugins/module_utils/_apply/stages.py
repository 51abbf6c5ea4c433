# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In which order the objects of a set are written, and in reverse deleted: each stage may count on those
before it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from .._names import AFTER_SERVERS_ANNOTATION, BEFORE_SERVERS_ANNOTATION
from .world import group_kind


class Stage(IntEnum):
    NAMESPACES = 0
    DEFINITIONS = 1
    """CustomResourceDefinitions; the next stages begin when they are served."""
    FOUNDATION = 2
    """Accounts, rights, configuration, volumes, services: what workloads refer to."""
    GRANTS = 3
    """Bindings of roles: the API server looks at a role before anybody but an administrator may bind it."""
    PREPARATION = 4
    """Jobs that must have done their work before anything serves; the next stages begin when they have."""
    WORKLOADS = 5
    ADMISSION = 6
    """Webhooks and aggregated APIs: only when the workload behind them is ready, or they lock everybody out.
    """
    BLUEPRINTS = 7
    """Custom resources that others name: runtimes, configurations, classes, gateways, queues."""
    CUSTOM = 8
    """All other custom resources."""
    SHARES = 9
    """What shares requests out: only when everything that gets some is ready."""


_FOUNDATION_GROUPS = frozenset(
    {
        "",
        "apps",
        "policy",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "scheduling.volcano.sh",
        "scheduling.x-k8s.io",
        "storage.k8s.io",
    }
)

_GRANTS = frozenset(
    {("rbac.authorization.k8s.io", "RoleBinding"), ("rbac.authorization.k8s.io", "ClusterRoleBinding")}
)

_WORKLOADS = frozenset(
    {
        ("", "Pod"),
        ("", "ReplicationController"),
        ("apps", "Deployment"),
        ("apps", "StatefulSet"),
        ("apps", "DaemonSet"),
        ("apps", "ReplicaSet"),
        ("batch", "Job"),
        ("batch", "CronJob"),
        ("autoscaling", "HorizontalPodAutoscaler"),
        ("networking.k8s.io", "Ingress"),
    }
)

_BLUEPRINTS = frozenset(
    {
        ("serving.kserve.io", "ServingRuntime"),
        ("serving.kserve.io", "ClusterServingRuntime"),
        ("serving.kserve.io", "ClusterStorageContainer"),
        ("serving.kserve.io", "LLMInferenceServiceConfig"),
        ("serving.kserve.io", "LocalModelNodeGroup"),
        ("gateway.networking.k8s.io", "GatewayClass"),
        ("gateway.networking.k8s.io", "Gateway"),
        ("gateway.envoyproxy.io", "EnvoyProxy"),
        ("kueue.x-k8s.io", "ResourceFlavor"),
        ("kueue.x-k8s.io", "ClusterQueue"),
        ("kueue.x-k8s.io", "LocalQueue"),
        ("cert-manager.io", "Issuer"),
        ("cert-manager.io", "ClusterIssuer"),
    }
)


def stage_of(obj: Mapping[str, Any]) -> Stage:
    kind = group_kind(obj)
    if kind == ("", "Namespace"):
        return Stage.NAMESPACES
    if is_definition(obj):
        return Stage.DEFINITIONS
    if kind[0] in ("admissionregistration.k8s.io", "apiregistration.k8s.io"):
        return Stage.ADMISSION
    annotations = obj["metadata"].get("annotations") or {}
    if BEFORE_SERVERS_ANNOTATION in annotations:
        return Stage.PREPARATION
    if AFTER_SERVERS_ANNOTATION in annotations:
        return Stage.SHARES
    if kind in _GRANTS:
        return Stage.GRANTS
    if kind in _WORKLOADS:
        return Stage.WORKLOADS
    if kind in _BLUEPRINTS:
        return Stage.BLUEPRINTS
    if kind[0] in _FOUNDATION_GROUPS:
        return Stage.FOUNDATION
    return Stage.CUSTOM


def is_definition(obj: Mapping[str, Any]) -> bool:
    return group_kind(obj) == ("apiextensions.k8s.io", "CustomResourceDefinition")
