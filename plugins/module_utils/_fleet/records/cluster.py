# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``llm_cluster``: what holds for every service of one cluster."""

from __future__ import annotations

from dataclasses import dataclass

from ..option import Text, option


@dataclass(frozen=True, kw_only=True)
class GpuNodes:
    names: tuple[str, ...] = option(
        "Names of the nodes that carry GPUs.", default=(), implied="the nodes that advertise the GPU resource"
    )
    selector: dict[str, Text] = option(
        "Labels that all GPU nodes carry, instead of their names.",
        default={},
        implied="the nodes that advertise the GPU resource",
    )
    manage: str = option(
        "V(apply) writes label and taint to the nodes; V(verify) only reports what is missing, for node"
        " pools that a cloud provider manages.",
        choices=("apply", "verify"),
        default="verify",
    )
    label: str = option("Label C(key=value) of a GPU node.", default="nvidia.com/gpu=present")
    taint: str = option(
        "Taint C(key=value:effect) of a GPU node. Every GPU pod tolerates it. An empty string means no"
        " taint.",
        default="nvidia.com/gpu=present:NoSchedule",
    )
    extra_labels: dict[str, Text] = option("More labels for every GPU node.", default={})
    allow_no_gpu_nodes: bool = option("A cluster without any GPU node is no error.", default=False)


@dataclass(frozen=True, kw_only=True)
class GpuResources:
    preset: str = option(
        "Whose resource names are used. V(nvidia) counts whole GPUs; V(hami) shares them by HAMi's names;"
        " V(otterscale) has the names of HAMi's withdrawn Otterscale packaging.",
        choices=("nvidia", "hami", "otterscale"),
        default="nvidia",
    )
    count: str | None = option("Resource name of a GPU.", default=None, implied="from the preset")
    memory_percent: str | None = option(
        "Resource name of a share of a GPU's memory in percent.", default=None, implied="from the preset"
    )
    memory: str | None = option(
        "Resource name of a share of a GPU's memory in MiB.", default=None, implied="from the preset"
    )


@dataclass(frozen=True, kw_only=True)
class KserveComponent:
    version: str | None = option(
        "Installed version, for example V(v0.20.0). It decides the spelling of fields and annotations.",
        default=None,
        implied="from O(llm_cluster.version_preset)",
    )
    deployment_mode: str = option(
        "Default of O(llm_serving[].kserve.mode).", choices=("Standard",), default="Standard"
    )


@dataclass(frozen=True, kw_only=True)
class PrometheusComponent:
    url: str | None = option(
        "Address of the Prometheus that autoscalers query, for example V(http://prometheus.monitoring:9090).",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class Components:
    kserve: KserveComponent = option("KServe.", default=KserveComponent())
    prometheus: PrometheusComponent = option("Prometheus.", default=PrometheusComponent())


@dataclass(frozen=True, kw_only=True)
class Registry:
    prefix: str | None = option(
        "Registry and path put in front of every image whose registry has no mirror,"
        " for example V(registry.example/cache).",
        default=None,
    )
    mirrors: dict[str, str] = option(
        "Registry host to its replacement, for example V({docker.io: registry.example/hub}).", default={}
    )
    pull_secret: str | None = option(
        "Entry of O(llm_secrets) that every pod pulls its images with.", default=None, refers_to="llm_secrets"
    )


@dataclass(frozen=True, kw_only=True)
class Namespace:
    name: str = option("Name of the namespace.")
    labels: dict[str, Text] = option("Labels merged into the namespace's own.", default={})
    istio: str = option(
        "V(none), V(enabled) for C(istio-injection=enabled), or a revision for C(istio.io/rev).",
        default="none",
    )
    create: bool = option("Create the namespace when it is missing.", default=True)


@dataclass(frozen=True, kw_only=True)
class Cluster:
    flavor: str = option("Kind of the cluster.", choices=("kubernetes", "openshift"), default="kubernetes")
    version_preset: str = option(
        "Which of the two pinned versions is used for every component and engine that gives none of its own.",
        choices=("seed", "current"),
        default="current",
    )
    gpu_nodes: GpuNodes = option("The nodes that carry GPUs.", default=GpuNodes())
    gpu_resources: GpuResources = option(
        "Names of the GPU resources: a preset's name, or a map.", default=GpuResources(), shorthand="preset"
    )
    components: Components = option("What is installed in the cluster.", default=Components())
    registry: Registry = option("Where images come from.", default=Registry())
    namespaces: tuple[Namespace, ...] = option("Namespaces and what they carry.", default=())
