# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the agents of nodes have in common: where they run, with what, and the pods around them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._catalogue.vllm import release
from .._cluster import Object
from .._names import MANAGED_BY_LABEL, MANAGER

PRIORITY = "system-node-critical"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is chosen for one agent. ``values`` is the record of the agent's own choices."""

    namespace: str
    version: str
    image: str
    values: Any
    node_selector: Mapping[str, str] = field(default_factory=dict)
    tolerations: Sequence[Mapping[str, str]] = ()
    runtime_class: str = ""
    resources: Mapping[str, Any] = field(default_factory=dict)
    pull_secrets: Sequence[str] = ()
    monitors_served: bool = False
    """Whether the cluster knows ServiceMonitors."""

    def since(self, version: str) -> bool:
        return release(self.version) >= release(version)


@dataclass(frozen=True, kw_only=True)
class Agent:
    """``image`` gives the image of a version. ``choices`` is the class of the agent's own values; ``objects``
    makes everything but its definitions and its namespace."""

    name: str
    image: Callable[[str], str]
    choices: type[Any]
    objects: Callable[[Settings], list[Object]]
    namespaces: Mapping[str, str]
    """The default namespace by version preset."""
    resources: Mapping[str, Any]
    node_selector: Mapping[str, str] = field(default_factory=dict)
    definitions: Callable[[], list[Object]] = list
    problems: Callable[[Settings], list[str]] = lambda _settings: []
    """What cannot be done by this version."""


def labels(name: str, **more: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": name, MANAGED_BY_LABEL: MANAGER, **more}


def metadata(name: str, of: str, *, namespace: str | None = None, **more: str) -> dict[str, Any]:
    """Metadata of an object of the agent ``of``."""
    where = {"namespace": namespace} if namespace else {}
    return {"name": name, **where, "labels": labels(of, **more)}


def account(name: str, of: str, namespace: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(name, of, namespace=namespace),
    }


def rights(
    name: str, of: str, namespace: str, rules: Sequence[Mapping[str, Any]], *, everywhere: bool
) -> list[Object]:
    """A role and its binding to the account of the same name, for the whole cluster or the namespace."""
    prefix = "Cluster" if everywhere else ""
    own = metadata(name, of, namespace=None if everywhere else namespace)
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": f"{prefix}Role", "name": name}
    subject = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
    api = "rbac.authorization.k8s.io/v1"
    return [
        {"apiVersion": api, "kind": f"{prefix}Role", "metadata": own, "rules": [dict(one) for one in rules]},
        {
            "apiVersion": api,
            "kind": f"{prefix}RoleBinding",
            "metadata": own,
            "roleRef": reference,
            "subjects": [subject],
        },
    ]


def workload(
    kind: str,
    name: str,
    of: str,
    settings: Settings,
    *,
    selector: Mapping[str, str],
    pod: Mapping[str, Any],
    **spec: Any,
) -> Object:
    """A DaemonSet or Deployment. ``pod`` is complete but for what the settings say of every pod."""
    common: dict[str, Any] = {
        "runtimeClassName": settings.runtime_class,
        "imagePullSecrets": [{"name": name} for name in settings.pull_secrets],
    }
    version = {"app.kubernetes.io/version": settings.version.removeprefix("v")}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": metadata(name, of, namespace=settings.namespace, **version),
        "spec": {
            **spec,
            "selector": {"matchLabels": dict(selector)},
            "template": {
                "metadata": {"labels": {**labels(of), **selector}},
                "spec": {**{key: value for key, value in common.items() if value}, **pod},
            },
        },
    }


def on_nodes(settings: Settings) -> dict[str, Any]:
    """Where the pods of a DaemonSet may run."""
    chosen: dict[str, Any] = {
        "nodeSelector": dict(settings.node_selector),
        "tolerations": [dict(one) for one in settings.tolerations],
    }
    return {key: value for key, value in chosen.items() if value}


def from_field(name: str, path: str) -> dict[str, Any]:
    """An environment variable that the pod's own description fills."""
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}


def host_path(name: str, path: str, kind: str = "") -> dict[str, Any]:
    return {"name": name, "hostPath": {"path": path, **({"type": kind} if kind else {})}}
