# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NVIDIA's device plugin: one DaemonSet under the name by which everybody recognises it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from .._cluster import Object
from .._fleet.option import option
from .agent import PRIORITY, Agent, Settings, host_path, metadata, on_nodes, workload

NAME = "nvidia-device-plugin-daemonset"
APP = "nvidia-device-plugin"
SELECTOR = {"name": "nvidia-device-plugin-ds"}
CONFIG = "nvidia-device-plugin-config"
CONFIG_KEY = "config.yaml"
PLUGINS = "/var/lib/kubelet/device-plugins"


@dataclass(frozen=True, kw_only=True)
class Choices:
    mig_strategy: str = option(
        "How MIG slices are offered.", choices=("none", "single", "mixed"), default="none"
    )
    device_list_strategy: str = option(
        "How devices are handed to containers.",
        choices=("envvar", "volume-mounts", "cdi-annotations", "cdi-cri"),
        default="envvar",
    )
    fail_on_init_error: bool = option(
        "Whether the plugin ends where it finds no GPU. Without it, it waits.", default=False
    )
    sharing: dict[str, Any] = option(
        "Sharing of GPUs as in the plugin's configuration file, below C(sharing).", default={}
    )


def objects(settings: Settings) -> list[Object]:
    choices: Choices = settings.values
    env = {
        "FAIL_ON_INIT_ERROR": str(choices.fail_on_init_error).lower(),
        "MIG_STRATEGY": choices.mig_strategy,
        "DEVICE_LIST_STRATEGY": choices.device_list_strategy,
    }
    mounts = [{"name": "device-plugins", "mountPath": PLUGINS}]
    volumes = [host_path("device-plugins", PLUGINS)]
    made: list[Object] = []
    if choices.sharing:
        env["CONFIG_FILE"] = f"/config/{CONFIG_KEY}"
        mounts.append({"name": "config", "mountPath": "/config"})
        volumes.append({"name": "config", "configMap": {"name": CONFIG}})
        made.append(_configuration(settings, choices))
    container = {
        "name": "nvidia-device-plugin-ctr",
        "image": settings.image,
        "env": [{"name": name, "value": value} for name, value in env.items()],
        "resources": dict(settings.resources),
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "volumeMounts": mounts,
    }
    pod = {
        "priorityClassName": PRIORITY,
        "automountServiceAccountToken": False,
        "containers": [container],
        "volumes": volumes,
        **on_nodes(settings),
    }
    update = {"type": "RollingUpdate"}
    made.append(workload("DaemonSet", NAME, APP, settings, selector=SELECTOR, pod=pod, updateStrategy=update))
    return made


def _configuration(settings: Settings, choices: Choices) -> Object:
    content = {"version": "v1", "sharing": choices.sharing}  # JSON is YAML
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata(CONFIG, APP, namespace=settings.namespace),
        "data": {CONFIG_KEY: json.dumps(content, indent=1, sort_keys=True)},
    }


DEVICE_PLUGIN = Agent(
    name="device_plugin",
    image="nvcr.io/nvidia/k8s-device-plugin:{}".format,
    choices=Choices,
    objects=objects,
    namespaces={"seed": "kube-system", "current": "kube-system"},
    node_selector={"nvidia.com/gpu": "present"},
    resources={
        "requests": {"cpu": "50m", "memory": "64Mi", "ephemeral-storage": "64Mi"},
        "limits": {"cpu": "500m", "memory": "256Mi", "ephemeral-storage": "256Mi"},
    },
)
