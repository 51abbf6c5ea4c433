# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GPU Feature Discovery, which labels nodes with what their GPUs are.

It publishes through NodeFeature objects where its version can, and else by a file that Node Feature
Discovery's worker reads. NVIDIA's own static manifests have neither a toleration nor, from 0.19 on, what the
first way needs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .._cluster import Object
from .._fleet.option import option
from .agent import PRIORITY, Agent, Settings, account, from_field, host_path, on_nodes, rights, workload

NAME = "gpu-feature-discovery"
LABELS = {"app.kubernetes.io/part-of": "nvidia-gpu"}
SELECTOR = {"app.kubernetes.io/name": NAME, **LABELS}
FEATURES = "/etc/kubernetes/node-feature-discovery/features.d"
IN_PLUGIN = "v0.15.0"
"""From this version on it comes in the device plugin's image."""
OWN_LAST = "nvcr.io/nvidia/gpu-feature-discovery:{}"


@dataclass(frozen=True, kw_only=True)
class Choices:
    publish: str = option(
        "V(nodefeature) publishes through objects, V(file) through a file on the node, V(auto) through"
        " objects where the version can.",
        choices=("auto", "nodefeature", "file"),
        default="auto",
    )
    mig_strategy: str = option(
        "How MIG slices are labelled.", choices=("none", "single", "mixed"), default="none"
    )
    sleep_interval: str = option("Time between two looks.", default="60s")


def image(version: str) -> str:
    from .._catalogue.vllm import release

    if release(version) >= release(IN_PLUGIN):
        return f"nvcr.io/nvidia/k8s-device-plugin:{version}"
    return OWN_LAST.format(version)


def publishes(settings: Settings) -> str:
    choices: Choices = settings.values
    if choices.publish != "auto":
        return choices.publish
    return "nodefeature" if settings.since(IN_PLUGIN) else "file"


def problems(settings: Settings) -> list[str]:
    if publishes(settings) == "nodefeature" and not settings.since(IN_PLUGIN):
        return [
            f"publish: nodefeature needs version {IN_PLUGIN} or newer, not {settings.version}; write file"
        ]
    return []


def objects(settings: Settings) -> list[Object]:
    choices: Choices = settings.values
    by_object = publishes(settings) == "nodefeature"
    env: list[dict[str, Any]] = [
        {"name": "MIG_STRATEGY", "value": choices.mig_strategy},
        {"name": "GFD_SLEEP_INTERVAL", "value": choices.sleep_interval},
    ]
    mounts = [{"name": "sys", "mountPath": "/sys"}]
    volumes = [host_path("sys", "/sys")]
    pod: dict[str, Any] = {"automountServiceAccountToken": by_object}
    made: list[Object] = []
    if by_object:
        env += [
            {"name": "USE_NODE_FEATURE_API", "value": "true"},
            from_field("NODE_NAME", "spec.nodeName"),
            from_field("NAMESPACE", "metadata.namespace"),
            from_field("POD_NAME", "metadata.name"),
        ]
        pod["serviceAccountName"] = NAME
        made += [
            account(NAME, NAME, settings.namespace),
            *rights(NAME, NAME, settings.namespace, RULES, everywhere=False),
        ]
    else:
        env.append({"name": "USE_NODE_FEATURE_API", "value": "false"})
        mounts.append({"name": "output", "mountPath": FEATURES})
        volumes.append(host_path("output", FEATURES, "DirectoryOrCreate"))
    container = {
        "name": NAME,
        "image": settings.image,
        "command": ["gpu-feature-discovery"],
        "env": env,
        "resources": dict(settings.resources),
        "securityContext": {"privileged": True},
        "volumeMounts": mounts,
    }
    pod |= {
        "priorityClassName": PRIORITY,
        "affinity": AFFINITY,
        "containers": [container],
        "volumes": volumes,
        **on_nodes(settings),
    }
    daemon_set = workload("DaemonSet", NAME, NAME, settings, selector=SELECTOR, pod=pod)
    daemon_set["metadata"]["labels"] |= LABELS
    return [*made, daemon_set]


RULES: list[dict[str, Any]] = [
    {
        "apiGroups": ["nfd.k8s-sigs.io"],
        "resources": ["nodefeatures"],
        "verbs": ["get", "list", "watch", "create", "update"],
    },
    {"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]},
]


def _term(key: str, *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": "In", "values": list(values)}]}


AFFINITY: dict[str, Any] = {
    "nodeAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": {
            "nodeSelectorTerms": [
                _term("feature.node.kubernetes.io/pci-10de.present", "true"),
                _term("feature.node.kubernetes.io/cpu-model.vendor_id", "NVIDIA"),
                _term("nvidia.com/gpu", "true", "present"),
            ]
        }
    }
}
"""Any of the three is enough: a card of NVIDIA, a processor of NVIDIA, or the label of the cluster."""

GFD = Agent(
    name="gfd",
    image=image,
    choices=Choices,
    objects=objects,
    problems=problems,
    namespaces={"seed": "kube-system", "current": "kube-system"},
    resources={
        "requests": {"cpu": "50m", "memory": "64Mi", "ephemeral-storage": "64Mi"},
        "limits": {"cpu": "500m", "memory": "256Mi", "ephemeral-storage": "256Mi"},
    },
)
