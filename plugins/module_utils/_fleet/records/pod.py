# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a service that hold for any engine: its pods, their number, and the way to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..option import Cpu, Memory, Text, option


@dataclass(frozen=True, kw_only=True)
class CpuAmount:
    request: Cpu | None = option("Request.", default=None, implied="chosen by engine and GPUs")
    limit: Cpu | None = option("Limit.", default=None, implied="chosen by engine and GPUs")


@dataclass(frozen=True, kw_only=True)
class MemoryAmount:
    request: Memory | None = option("Request.", default=None, implied="chosen by engine and model")
    limit: Memory | None = option("Limit.", default=None, implied="chosen by engine and model")


@dataclass(frozen=True, kw_only=True)
class Resources:
    cpu: CpuAmount = option("CPUs.", default=CpuAmount())
    memory: MemoryAmount = option("Memory.", default=MemoryAmount())
    ephemeral: MemoryAmount = option("Ephemeral storage.", default=MemoryAmount())
    extra: dict[str, Text] = option(
        "Further resources of each pod, for example V({rdma/hca: 1}), V({vpc.amazonaws.com/efa: 4}) or"
        " V({hugepages-2Mi: 5Gi}). Huge pages have a volume at C(/dev/hugepages-2Mi), RDMA and EFA the"
        " capability C(IPC_LOCK), which a namespace that enforces V(restricted) refuses.",
        default={},
    )


@dataclass(frozen=True, kw_only=True)
class RunAs:
    user: int | None = option(
        "User id of the processes. V(0) is root, which a namespace that enforces V(restricted) refuses.",
        default=None,
        implied="V(1000), on OpenShift one that the cluster assigns",
        minimum=0,
    )
    group: int | None = option(
        "Group id that owns the volumes, C(fsGroup).", default=None, implied="the user's id", minimum=0
    )


@dataclass(frozen=True, kw_only=True)
class Toleration:
    key: str | None = option("Key of the taint.", default=None, implied="any key")
    operator: str = option("How the value is compared.", choices=("Equal", "Exists"), default="Equal")
    value: Text | None = option("Value of the taint.", default=None)
    effect: str | None = option(
        "Effect of the taint.",
        choices=("NoSchedule", "PreferNoSchedule", "NoExecute"),
        default=None,
        implied="any effect",
    )
    tolerationSeconds: int | None = option(  # the API's own spelling
        "How long a V(NoExecute) taint is tolerated, in seconds.", default=None, implied="for ever"
    )


@dataclass(frozen=True, kw_only=True)
class Cache:
    store: str | None = option(
        "Entry of O(llm_stores), of kind V(pvc), V(nfs) or V(csi).", default=None, refers_to="llm_stores"
    )
    path: str = option("Directory inside the store.", default="hf_cache")
    prewarm: bool = option(
        "A Job fills the cache before the pods start, which mount it read-only and download nothing. With a"
        " hub that is O(llm_stores[].offline) the cache was filled before.",
        default=False,
    )


@dataclass(frozen=True, kw_only=True)
class Scaling:
    min: int = option("Fewest copies.", default=1, minimum=0)
    max: int | None = option(
        "Most copies. Required when a metric scales.",
        default=None,
        implied="O(llm_serving[].scaling.min)",
        minimum=0,
    )
    metric: str = option(
        "What decides the number of copies. V(none) keeps O(llm_serving[].scaling.min) copies; V(concurrency)"
        " is requests at one time, V(rps) requests per second, V(queue_ratio) the share of the time"
        " in the engine"
        " that requests wait, V(queue_time) the time they wait, V(external) a query of your own.",
        choices=("none", "concurrency", "rps", "cpu", "memory", "queue_ratio", "queue_time", "external"),
        default="none",
    )
    target: float | None = option(
        "Load that one copy should carry: percent for V(cpu) and V(memory), requests for"
        " V(concurrency), requests"
        " per second for V(rps), a ratio for V(queue_ratio), microseconds for V(queue_time).",
        default=None,
    )
    query: str | None = option("Prometheus query, for V(external).", default=None)
    behavior: dict[str, Any] = option(
        "C(behavior) of the HorizontalPodAutoscaler, in the API's own form.", default={}
    )


@dataclass(frozen=True, kw_only=True)
class Tls:
    secret: str | None = option(
        "Secret of type C(kubernetes.io/tls) with the certificate of the host, where the gateway reads its"
        " secrets.",
        default=None,
        implied="the certificate of the gateway or router itself",
    )


@dataclass(frozen=True, kw_only=True)
class Auth:
    basic: str | None = option(
        "Entry of O(llm_secrets) of kind V(basic-auth): clients show its user name and password.",
        default=None,
        refers_to="llm_secrets",
    )
    api_key: str | None = option(
        "Entry of O(llm_secrets) of kind V(api-key): clients show it as bearer token.",
        default=None,
        refers_to="llm_secrets",
    )


@dataclass(frozen=True, kw_only=True)
class Expose:
    type: str = option(
        "V(none) makes no Service, V(cluster) a ClusterIP, V(nodeport) a NodePort, V(loadbalancer) a"
        " LoadBalancer, V(route) a Route of OpenShift, V(istio) a VirtualService, V(gateway-api) an"
        " HTTPRoute,"
        " V(traefik) an IngressRoute.",
        choices=("none", "cluster", "nodeport", "loadbalancer", "route", "istio", "gateway-api", "traefik"),
        default="cluster",
    )
    host: str | None = option(
        "Host name of requests, for V(route), V(istio), V(gateway-api) and V(traefik).",
        default=None,
        implied="any host",
    )
    path: str | None = option(
        "Prefix of the path of requests; the engine sees what follows it.", default=None, implied="V(/)"
    )
    gateway: str | None = option(
        "Gateway that is there already, C(<namespace>/<name>), for V(istio) and V(gateway-api).",
        default=None,
        implied="a gateway of this service",
    )
    tls: Tls | None = option(
        "Requests come by TLS. A gateway that is there already takes them on port 443.",
        default=None,
        implied="plain HTTP",
    )
    auth: Auth = option("What clients must show.", default=Auth())
    access_log: bool = option(
        "Each request is logged: for V(istio) by the proxies in the pods, for V(traefik) by Traefik.",
        default=False,
    )
    port: int | None = option("Port of the Service.", default=None, implied="the engine's port", minimum=1)
    node_port: int | None = option(
        "Port on every node, 30000 to 32767, for V(nodeport).",
        default=None,
        implied="one that the cluster chooses",
    )

    @property
    def prefix(self) -> str:
        """The path without a slash at its end; empty where everything belongs to the service."""
        return "" if self.path is None else self.path.rstrip("/")


@dataclass(frozen=True, kw_only=True)
class Canary:
    weight: int = option("Percent of the requests, 0 to 100.", minimum=0)
    overrides: dict[str, Any] = option("Keys of the service that differ.", default={})


@dataclass(frozen=True, kw_only=True)
class Rollout:
    strategy: str = option(
        "V(rolling) replaces copy by copy; a pod with GPUs gives them back before its successor starts, so"
        " none has to be spare. V(recreate) stops all old pods first.",
        choices=("rolling", "recreate"),
        default="rolling",
    )
    canary: Canary | None = option("A part of the requests goes to another specification.", default=None)
    revision_history: int = option("How many applied revisions are kept.", default=10, minimum=1)


@dataclass(frozen=True, kw_only=True)
class Monitoring:
    podmonitor: bool = option("Make a PodMonitor for the Prometheus operator.", default=False)
    labels: dict[str, Text] = option(
        "Labels by which Prometheus selects the PodMonitor and the rules.", default={}
    )
    rules: bool = option("Make recording and alerting rules for the Prometheus operator.", default=False)
    dashboard: bool = option("Make a dashboard for Grafana.", default=False)
    tracing: str | None = option(
        "Address of an OTLP collector that engine and endpoint picker send traces to, for example"
        " V(http://otel-collector.monitoring:4317).",
        default=None,
        implied="no traces",
        engines=("vllm", "triton-vllm", "simulator"),
    )


@dataclass(frozen=True, kw_only=True)
class Slo:
    enforce: bool = option("A missed objective is a failure instead of a remark.", default=False)
    ttft_ms: int | None = option("Longest time to the first token, in milliseconds.", default=None, minimum=1)
    concurrency: int | None = option("Requests at one time while it is measured.", default=None, minimum=1)
    gpu_util: int | None = option(
        "Least use of the GPUs meanwhile, in percent. No client can measure it: it is told as not measured,"
        " and missed where it is enforced.",
        default=None,
        minimum=1,
    )


@dataclass(frozen=True, kw_only=True)
class Verify:
    smoke: bool = option("Ask the service after every rollout.", default=True)
    prompt: str | None = option("What is asked.", default=None, implied="a short question")
    slo: Slo = option("Service level objectives.", default=Slo())
    startup_timeout: int | None = option(
        "How long one pod may take from start to ready, in seconds.",
        default=None,
        minimum=1,
        implied="what the engine is known to need",
    )
