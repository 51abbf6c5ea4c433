# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``llm_cluster``: what holds for every service of one cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
class Component:
    state: str = option(
        "V(present) installs it, V(existing) expects it, V(absent) removes what was installed from here,"
        " V(auto) uses it where it is found and installs nothing.",
        choices=("present", "existing", "absent", "auto"),
        default="auto",
    )
    version: str | None = option(
        "Version. It decides the spelling of fields and annotations too.",
        default=None,
        implied="from O(llm_cluster.version_preset)",
    )
    source: str = option(
        "V(builtin) for objects of this collection, else the path or URL of a manifest, a directory or an"
        " archive, or V(helm:<chart>) for a chart.",
        default="builtin",
    )
    checksum: str | None = option("SHA-256 of the file behind C(source).", default=None)
    values: dict[str, Any] = option("Values of the chart.", default={})


@dataclass(frozen=True, kw_only=True)
class KserveComponent(Component):
    deployment_mode: str = option(
        "Default of O(llm_serving[].kserve.mode).", choices=("Standard", "Knative"), default="Standard"
    )


@dataclass(frozen=True, kw_only=True)
class KueueComponent(Component):
    managed_namespaces: tuple[Text, ...] = option(
        "Namespaces in which it manages jobs and pods, and about which its webhooks are asked.",
        default=(),
        implied="all but C(kube-system) and its own",
    )


@dataclass(frozen=True, kw_only=True)
class PrometheusComponent(Component):
    url: str | None = option(
        "Address of the Prometheus that autoscalers query, for example V(http://prometheus.monitoring:9090).",
        default=None,
    )


@dataclass(frozen=True, kw_only=True)
class GatewayComponent(Component):
    class_name: str | None = option(
        "GatewayClass of gateways made here.", default=None, implied="none; gateways must be there already"
    )


@dataclass(frozen=True, kw_only=True)
class IstioComponent(Component):
    root_namespace: str = option(
        "Istio's root namespace, whose objects hold for gateways in all namespaces.", default="istio-system"
    )
    gateway_selector: dict[str, Text] = option(
        "Labels of the pods of the ingress gateway.", default={"istio": "ingressgateway"}
    )


@dataclass(frozen=True, kw_only=True)
class HamiComponent(Component):
    scheduler: str = option(
        "Name of its scheduler, which pods with shares of GPUs ask for.", default="hami-scheduler"
    )


@dataclass(frozen=True, kw_only=True)
class AidaptivComponent(Component):
    mode: str = option(
        "V(operator) installs the operator from O(llm_cluster.components.aidaptiv.source), V(topolvm) uses"
        " the StorageClass packaging, V(existing) expects either, V(simulate) is for simulated nodes only.",
        choices=("operator", "topolvm", "existing", "simulate"),
        default="existing",
    )
    mount_path: str = option(
        "Where pods see their cache device, as the device plugin mounts it.", default="/mnt/nvme0"
    )
    device_gb: int | None = option(
        "Size of one cache device in GB (10^9 bytes): 320, 1000 or 2000.", default=None, minimum=1
    )
    danger_accept_any_nvme: bool = option(
        "Skip the operator's check of the firmware. Any NVMe device may then be formatted.", default=False
    )


@dataclass(frozen=True, kw_only=True)
class Components:
    nfd: Component = option("Node Feature Discovery.", default=Component())
    device_plugin: Component = option("NVIDIA device plugin.", default=Component())
    gfd: Component = option("GPU Feature Discovery.", default=Component())
    gpu_operator: Component = option("NVIDIA GPU Operator.", default=Component())
    dcgm: Component = option("DCGM exporter.", default=Component())
    prometheus: PrometheusComponent = option("Prometheus.", default=PrometheusComponent())
    adapter: Component = option("Prometheus adapter.", default=Component())
    grafana: Component = option("Grafana.", default=Component())
    hami: HamiComponent = option("HAMi.", default=HamiComponent())
    aidaptiv: AidaptivComponent = option("aiDAPTIVCache.", default=AidaptivComponent())
    nfs_csi: Component = option("CSI driver for NFS.", default=Component())
    cert_manager: Component = option("cert-manager.", default=Component())
    gateway: GatewayComponent = option("Gateway API.", default=GatewayComponent())
    inference_crds: Component = option("Gateway API inference extension.", default=Component())
    lws: Component = option("LeaderWorkerSet.", default=Component())
    kserve: KserveComponent = option("KServe.", default=KserveComponent())
    knative_features: Component = option("Feature flags of Knative Serving.", default=Component())
    llmd: Component = option("llm-d.", default=Component())
    kueue: KueueComponent = option("Kueue.", default=KueueComponent())
    istio: IstioComponent = option("Istio.", default=IstioComponent())
    keda: Component = option("KEDA.", default=Component())


@dataclass(frozen=True, kw_only=True)
class HostDirectory:
    path: str = option("Directory below the mount point.")
    owner: Text | None = option("Owner, C(user:group).", default=None, implied="left as it is")
    mode: str | None = option("Mode, for example V(0755).", default=None, implied="left as it is")


@dataclass(frozen=True, kw_only=True)
class HostMount:
    hosts: str = option("Pattern of the inventory's hosts that mount it.", default="llm_gpu_hosts")
    source: str = option("What is mounted, for example V(nfs.example:/models).")
    path: str = option("Mount point.")
    fstype: str = option("Type of the file system.", default="nfs4")
    opts: str | None = option("Mount options.", default=None, implied="V(nfsvers=4.1,_netdev) for NFS")
    directories: tuple[HostDirectory, ...] = option("Directories to make there.", default=())


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
    host_mounts: tuple[HostMount, ...] = option("File systems that hosts mount.", default=())
