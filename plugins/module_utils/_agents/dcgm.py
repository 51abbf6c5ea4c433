# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NVIDIA's DCGM exporter: metrics of GPUs, told apart by the pods that use them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .._cluster import Object
from .._fleet.option import Text, option
from .._names import MONITORING_API
from .agent import PRIORITY, Agent, Settings, account, from_field, host_path, metadata, on_nodes, workload

NAME = "dcgm-exporter"
PORT = 9400
POD_RESOURCES = "/var/lib/kubelet/pod-resources"
COUNTERS = "dcgm-exporter-counters"
LONGEST_SCRAPE = 10.0
"""Seconds; a scrape must also not outlast its interval, or the Prometheus operator drops the target."""
KUBERNETES = "DCGM_EXPORTER_KUBERNETES"
"""Variable by which it asks the kubelet which pod has which GPU."""
EXTRA_NAMES = "--nvidia-resource-names"
RENAMED_SINCE = "4.0.0"
SUFFIXES = {"3": "-ubuntu22.04", "4": "-distroless"}
"""By major version: the variant of the image."""


@dataclass(frozen=True, kw_only=True)
class Choices:
    collect_interval_ms: int = option("Milliseconds between two collections.", default=30000, minimum=100)
    collectors: str = option(
        "File with the counters inside the image.", default="/etc/dcgm-exporter/dcp-metrics-included.csv"
    )
    counters: str | None = option(
        "The counters themselves, as CSV, instead of a file in the image.", default=None
    )
    resource_names: tuple[str, ...] = option(
        "More resource names by which pods ask for GPUs, for example V(otterscale.com/vgpu).", default=()
    )
    privileged: bool = option(
        "Whether it runs privileged. Profiling counters need only C(SYS_ADMIN).", default=False
    )
    service_monitor: str = option(
        "Whether a ServiceMonitor is made; V(auto) means where the cluster knows them.",
        choices=("auto", "true", "false"),
        default="auto",
    )
    scrape_interval: str = option("How often Prometheus asks.", default="15s")
    monitor_labels: dict[str, Text] = option(
        "Labels by which Prometheus finds the ServiceMonitor.", default={"release": "prometheus"}
    )


def image(version: str) -> str:
    """Tags carry the versions of DCGM and of the exporter, and a variant."""
    variant = "" if version.count("-") > 1 else SUFFIXES.get(version.partition(".")[0], "")
    return f"nvcr.io/nvidia/k8s/dcgm-exporter:{version}{variant}"


def problems(settings: Settings) -> list[str]:
    choices: Choices = settings.values
    found = []
    if choices.resource_names and not settings.since(RENAMED_SINCE):
        found.append(
            f"resource_names needs an exporter of version {RENAMED_SINCE} or newer, not {settings.version}:"
            " pods with renamed resources cannot be told apart by it"
        )
    if _seconds(choices.scrape_interval) is None:
        found.append(f"scrape_interval: {choices.scrape_interval!r} is no duration; write for example 15s")
    return found


def scrape_timeout(interval: str) -> str:
    """Never longer than the interval."""
    seconds = _seconds(interval)
    return interval if seconds is not None and seconds <= LONGEST_SCRAPE else f"{LONGEST_SCRAPE:.0f}s"


def objects(settings: Settings) -> list[Object]:
    choices: Choices = settings.values
    collectors = f"/counters/{COUNTERS}.csv" if choices.counters else choices.collectors
    arguments = [f"--collect-interval={choices.collect_interval_ms}", f"--collectors={collectors}"]
    if choices.resource_names:
        arguments.append(f"{EXTRA_NAMES}={','.join(choices.resource_names)}")
    mounts = [{"name": "pod-resources", "mountPath": POD_RESOURCES, "readOnly": True}]
    volumes = [host_path("pod-resources", POD_RESOURCES)]
    made: list[Object] = [account(NAME, NAME, settings.namespace)]
    if choices.counters:
        mounts.append({"name": "counters", "mountPath": "/counters", "readOnly": True})
        volumes.append({"name": "counters", "configMap": {"name": COUNTERS}})
        own = metadata(COUNTERS, NAME, namespace=settings.namespace)
        content = {f"{COUNTERS}.csv": choices.counters}
        made.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": own, "data": content})
    security: dict[str, Any] = {"runAsNonRoot": False, "runAsUser": 0}
    security |= (
        {"privileged": True}
        if choices.privileged
        else {"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}
    )
    container = {
        "name": "exporter",
        "image": settings.image,
        "args": arguments,
        "env": [
            {"name": "DCGM_EXPORTER_LISTEN", "value": f":{PORT}"},
            {"name": KUBERNETES, "value": "true"},
            from_field("NODE_NAME", "spec.nodeName"),
        ],
        "ports": [{"name": "metrics", "containerPort": PORT, "protocol": "TCP"}],
        "readinessProbe": {"httpGet": {"path": "/health", "port": "metrics"}, "initialDelaySeconds": 45},
        "livenessProbe": {
            "httpGet": {"path": "/health", "port": "metrics"},
            "initialDelaySeconds": 45,
            "periodSeconds": 5,
        },
        "resources": dict(settings.resources),
        "securityContext": security,
        "volumeMounts": mounts,
    }
    pod = {
        "priorityClassName": PRIORITY,
        "serviceAccountName": NAME,
        "automountServiceAccountToken": False,
        "containers": [container],
        "volumes": volumes,
        **on_nodes(settings),
    }
    selector = {"app.kubernetes.io/name": NAME}
    made.append(workload("DaemonSet", NAME, NAME, settings, selector=selector, pod=pod))
    made.append(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata(NAME, NAME, namespace=settings.namespace),
            "spec": {
                "selector": selector,
                "ports": [{"name": "metrics", "port": PORT, "targetPort": "metrics", "protocol": "TCP"}],
            },
        }
    )
    wanted = choices.service_monitor
    if wanted == "true" or (wanted == "auto" and settings.monitors_served):
        made.append(_monitor(settings, choices, selector))
    return made


def _monitor(settings: Settings, choices: Choices, selector: dict[str, str]) -> Object:
    return {
        "apiVersion": MONITORING_API,
        "kind": "ServiceMonitor",
        "metadata": metadata(NAME, NAME, namespace=settings.namespace, **choices.monitor_labels),
        "spec": {
            "selector": {"matchLabels": selector},
            "namespaceSelector": {"matchNames": [settings.namespace]},
            "endpoints": [
                {
                    "port": "metrics",
                    "path": "/metrics",
                    "interval": choices.scrape_interval,
                    "scrapeTimeout": scrape_timeout(choices.scrape_interval),
                }
            ],
        },
    }


def _seconds(duration: str) -> float | None:
    parts = re.findall(r"(\d+)(ms|s|m|h)", duration)
    if not parts or "".join(number + unit for number, unit in parts) != duration:
        return None
    units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
    return sum(int(number) * units[unit] for number, unit in parts)


DCGM = Agent(
    name="dcgm",
    image=image,
    choices=Choices,
    objects=objects,
    problems=problems,
    namespaces={"seed": "monitoring", "current": "monitoring"},
    node_selector={"nvidia.com/gpu": "present"},
    resources={
        "requests": {"cpu": "100m", "memory": "256Mi", "ephemeral-storage": "64Mi"},
        "limits": {"cpu": "2", "memory": "1Gi", "ephemeral-storage": "256Mi"},
    },
)
