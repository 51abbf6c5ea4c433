# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node Feature Discovery: a master that writes labels, a worker on every node, a collector of leftovers.

The worker's label of a PCI device names the vendor only, which is what GPU Feature Discovery and NVIDIA's
charts look for; by default it would name class and vendor.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from .._cluster import Object
from .._fleet.option import option
from .agent import Agent, Settings, account, from_field, host_path, metadata, on_nodes, rights, workload
from .nfd_definitions import GROUP, definitions

NAME = "node-feature-discovery"
MASTER, WORKER, COLLECTOR = f"{NAME}-master", f"{NAME}-worker", f"{NAME}-gc"
OBJECTS_ONLY = "v0.17.0"
"""From this version on workers and master speak through objects only."""
SEEN: Mapping[str, str] = {
    "boot": "/boot",
    "os-release": "/etc/os-release",
    "sys": "/sys",
    "usr-lib": "/usr/lib",
    "lib": "/lib",
    "swaps": "/proc/swaps",
}
"""What the worker reads of its host, below /host-<name of the first directory>."""
FEATURES = "/etc/kubernetes/node-feature-discovery/features.d/"


@dataclass(frozen=True, kw_only=True)
class Choices:
    pci_label_fields: tuple[str, ...] = option(
        "What the label of a PCI device names, of C(class), C(vendor) and C(device).", default=("vendor",)
    )
    pci_class_whitelist: tuple[str, ...] = option(
        "Beginnings of the classes of PCI devices that get labels.", default=("02", "03", "0b40", "12")
    )
    worker_config: dict[str, Any] = option("More of the worker's configuration, merged.", default={})
    extra_label_namespaces: tuple[str, ...] = option(
        "Namespaces of labels that the master may write besides its own.", default=("nvidia.com",)
    )
    collector: bool = option("Whether leftovers of nodes that went are collected.", default=True)


def objects(settings: Settings) -> list[Object]:
    choices: Choices = settings.values
    made: list[Object] = [
        *_identity(settings, MASTER, MASTER_RULES, everywhere=True),
        *_identity(settings, WORKER, WORKER_RULES, everywhere=False),
        _configuration(settings, WORKER, "nfd-worker.conf", worker_configuration(choices)),
        _configuration(settings, MASTER, "nfd-master.conf", _master_configuration(choices)),
        _master(settings),
        _worker(settings),
    ]
    if choices.collector:
        made += [
            *_identity(settings, COLLECTOR, COLLECTOR_RULES, everywhere=True),
            _deployment(
                settings, COLLECTOR, [_container(settings, COLLECTOR, "nfd-gc", [], COLLECTOR_NEEDS)]
            ),
        ]
    return made


def worker_configuration(choices: Choices) -> dict[str, Any]:
    """The worker's configuration file."""
    own: dict[str, Any] = {
        "sources": {
            "pci": {
                "deviceClassWhitelist": list(choices.pci_class_whitelist),
                "deviceLabelFields": list(choices.pci_label_fields),
            }
        }
    }
    return _merged(own, choices.worker_config)


def _master_configuration(choices: Choices) -> dict[str, Any]:
    return {"extraLabelNs": list(choices.extra_label_namespaces)}


def _master(settings: Settings) -> Object:
    arguments = [] if settings.since(OBJECTS_ONLY) else ["-enable-nodefeature-api", "-crd-controller=true"]
    container = _container(settings, MASTER, "nfd-master", arguments, MASTER_NEEDS)
    container["volumeMounts"] = [_configuration_mount()]
    return _deployment(settings, MASTER, [container], volumes=[_configuration_volume(MASTER)])


def _worker(settings: Settings) -> Object:
    arguments = [] if settings.since(OBJECTS_ONLY) else ["-enable-nodefeature-api"]
    container = _container(settings, WORKER, "nfd-worker", arguments, settings.resources)
    mounts = [{"name": name, "mountPath": _seen_at(path), "readOnly": True} for name, path in SEEN.items()]
    container["volumeMounts"] = [
        *mounts,
        {"name": "features-d", "mountPath": FEATURES, "readOnly": True},
        _configuration_mount(),
    ]
    pod = {
        "serviceAccountName": WORKER,
        "containers": [container],
        "volumes": [
            *(host_path(name, path) for name, path in SEEN.items()),
            host_path("features-d", FEATURES, "DirectoryOrCreate"),
            _configuration_volume(WORKER),
        ],
        **on_nodes(settings),
    }
    return workload("DaemonSet", WORKER, NAME, settings, selector=_selector(WORKER), pod=pod)


def _deployment(
    settings: Settings, name: str, containers: Sequence[Object], *, volumes: Sequence[Object] = ()
) -> Object:
    pod: dict[str, Any] = {"serviceAccountName": name, "containers": list(containers)}
    if volumes:
        pod["volumes"] = list(volumes)
    return workload("Deployment", name, NAME, settings, selector=_selector(name), pod=pod, replicas=1)


def _container(
    settings: Settings, name: str, command: str, arguments: Sequence[str], needs: Mapping[str, Any]
) -> Object:
    return {
        "name": name.removeprefix(f"{NAME}-"),
        "image": settings.image,
        "command": [command],
        "args": list(arguments),
        "env": [
            from_field("NODE_NAME", "spec.nodeName"),
            from_field("KUBERNETES_NAMESPACE", "metadata.namespace"),
            from_field("POD_NAME", "metadata.name"),
            from_field("POD_UID", "metadata.uid"),
        ],
        "resources": deepcopy(dict(needs)),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
        },
    }


def _identity(
    settings: Settings, name: str, rules: Sequence[Mapping[str, Any]], *, everywhere: bool
) -> list[Object]:
    return [
        account(name, NAME, settings.namespace),
        *rights(name, NAME, settings.namespace, rules, everywhere=everywhere),
    ]


def _configuration(settings: Settings, name: str, file: str, content: Mapping[str, Any]) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(f"{name}-conf", NAME, namespace=settings.namespace),
        "data": {file: json.dumps(content, indent=1, sort_keys=True)},  # JSON is YAML
    }


def _configuration_volume(name: str) -> Object:
    return {"name": "conf", "configMap": {"name": f"{name}-conf"}}


def _configuration_mount() -> Object:
    return {"name": "conf", "mountPath": "/etc/kubernetes/node-feature-discovery", "readOnly": True}


def _selector(name: str) -> dict[str, str]:
    return {"app.kubernetes.io/name": NAME, "role": name.removeprefix(f"{NAME}-")}


def _seen_at(path: str) -> str:
    """Inside the container the host's directories lie below /host-…."""
    return f"/host-{path.removeprefix('/')}"


def _merged(one: dict[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(one)
    for key, value in other.items():
        here = merged.get(key)
        merged[key] = _merged(here, value) if isinstance(here, dict) and isinstance(value, Mapping) else value
    return merged


def _rule(groups: str, resources: Sequence[str], *verbs: str) -> dict[str, Any]:
    return {"apiGroups": [groups], "resources": list(resources), "verbs": list(verbs)}


MASTER_RULES = [
    _rule("", ["namespaces"], "watch", "list"),
    _rule("", ["nodes", "nodes/status"], "get", "patch", "update", "list"),
    _rule(GROUP, ["nodefeatures", "nodefeaturerules", "nodefeaturegroups"], "get", "list", "watch"),
    _rule(GROUP, ["nodefeaturegroups/status"], "patch", "update"),
]
WORKER_RULES = [
    _rule(GROUP, ["nodefeatures"], "create", "get", "update", "delete"),
    _rule("", ["pods"], "get"),
    _rule("apps", ["daemonsets"], "get"),
]
COLLECTOR_RULES = [
    _rule("", ["nodes"], "list", "watch"),
    _rule(GROUP, ["nodefeatures"], "delete", "list"),
    _rule("topology.node.k8s.io", ["noderesourcetopologies"], "delete", "list"),
]
MASTER_NEEDS = {
    "requests": {"cpu": "100m", "memory": "128Mi", "ephemeral-storage": "64Mi"},
    "limits": {"cpu": "1", "memory": "4Gi", "ephemeral-storage": "256Mi"},
}
COLLECTOR_NEEDS = {
    "requests": {"cpu": "10m", "memory": "128Mi", "ephemeral-storage": "64Mi"},
    "limits": {"cpu": "500m", "memory": "1Gi", "ephemeral-storage": "256Mi"},
}

NFD = Agent(
    name="nfd",
    image=lambda version: f"registry.k8s.io/nfd/node-feature-discovery:v{version.removeprefix('v')}",
    choices=Choices,
    objects=objects,
    definitions=definitions,
    namespaces={"seed": "kube-system", "current": "node-feature-discovery"},
    resources={
        "requests": {"cpu": "5m", "memory": "64Mi", "ephemeral-storage": "64Mi"},
        "limits": {"cpu": "200m", "memory": "512Mi", "ephemeral-storage": "256Mi"},
    },
)
