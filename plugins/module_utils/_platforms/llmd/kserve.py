# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""llm-d by KServe: an LLMInferenceService, of which KServe makes pods, pool, picker and route.

KServe merges our pods over presets of its own, list by list. Command and arguments are ours, so nothing that
a user writes reaches the shell of a preset; what the presets add (certificates, caches, the proxy in front of
a decode pod) stays.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..._names import SERVICE_LABEL
from ..._workload import Container, Port
from ..gang import queue_labels, scheduler
from ..job import jobs
from ..kserve import storage_account
from ..lws import RENDEZVOUS
from ..platform import Platform
from ..pod import config_maps, metadata, pod_annotations
from .kserve_cache import KV_CACHE_DIR, offloading, without_disk
from .kserve_presets import CERTIFICATES
from .kserve_router import router
from .monitor import picker_monitor
from .names import ROLE
from .pool import pool_objects
from .proxy import proxied
from .scaling import scaled_objects
from .workloads import DEPLOYMENT, LEADER_WORKER_SET, pod_spec

if TYPE_CHECKING:
    from ..._plan.facts import ServicePlan

_STOP = "serving.kserve.io/stop"
_SERVICE_PORT = 8000
_PROXY = "llm-d-routing-sidecar"
_WITH_TLS = "{{ if .GlobalConfig.EnableTLS }}%s{{ end }}"
"""KServe fills templates in all that is merged: empty where it serves without TLS inside the cluster."""


def objects(plan: ServicePlan) -> list[dict[str, Any]]:
    account = plan.own_service_account
    return [
        *([] if account is None else [storage_account(plan, account)]),
        *config_maps(plan),
        *jobs(plan, plan.workload.jobs),
        _service(plan),
        *pool_objects(plan, f"{plan.name}-inference-pool"),
        *scaled_objects(plan, _target, f"{plan.name}-kserve-router-scheduler-[a-z0-9]+-[a-z0-9]+"),
        *([picker_monitor(plan, _picker_selector(plan))] if plan.service.monitoring.podmonitor else []),
    ]


def _service(plan: ServicePlan) -> dict[str, Any]:
    spec: dict[str, Any] = {"model": _model(plan), **_workload(plan)}
    if plan.location.delivery != "uri" or not plan.engine.loads_model:
        spec["storageInitializer"] = {"enabled": False}
    if plan.prefill is not None:
        spec["prefill"] = _workload(plan.prefill)
    if plan.service.monitoring.tracing is not None:
        spec["tracing"] = {"exporterEndpoint": plan.service.monitoring.tracing}
    if plan.service.expose.type != "none":
        spec["router"] = router(plan)
    named = metadata(plan, plan.name, {_STOP: "true"} if plan.stopped else None)
    named["labels"] |= queue_labels(plan)
    return {
        "apiVersion": "serving.kserve.io/v1alpha2",
        "kind": "LLMInferenceService",
        "metadata": named,
        "spec": spec,
    }


def _model(plan: ServicePlan) -> dict[str, Any]:
    """Adapters that KServe fetches; those in a volume are mounted with it."""
    model: dict[str, Any] = {
        "uri": plan.location.uri or f"hf://{plan.model.source}",
        "name": plan.served_names[0],
    }
    fetched = [
        {"name": name, "uri": place.uri}
        for name, place in plan.adapter_locations.items()
        if place.delivery == "uri"
    ]
    if fetched:
        model["lora"] = {"adapters": fetched}
    return model


def _workload(plan: ServicePlan) -> dict[str, Any]:
    """KServe puts these labels into selectors, which cannot change: only what never does is among them."""
    made: dict[str, Any] = {
        "labels": {SERVICE_LABEL: plan.name},
        "annotations": pod_annotations(plan),
        "parallelism": _parallelism(plan),
        "template": _pod(plan, plan.workload.main),
        **offloading(plan),
    }
    if plan.role == "decode":
        made["template"] = proxied(made["template"], {"name": _PROXY})
    if plan.pods_per_copy > 1:
        made["worker"] = _pod(plan, plan.workload.worker or plan.workload.main)
    if plan.autoscaling is None:
        made["replicas"] = plan.service.scaling.min
    return made


def _parallelism(plan: ServicePlan) -> dict[str, Any]:
    topology = plan.service.topology
    made: dict[str, Any] = {"tensor": topology.tensor}
    if topology.pipeline > 1:
        made["pipeline"] = topology.pipeline
    if topology.data > 1:
        made |= {"data": topology.data, "dataLocal": plan.engines_per_pod}
    return {**made, "expert": True} if topology.expert else made


def _pod(plan: ServicePlan, main: Container) -> dict[str, Any]:
    """Without our wait before the stop signal: the presets have one, and two kinds of it are refused."""
    args = (
        *main.args,
        "--ssl-certfile=" + _WITH_TLS % f"{CERTIFICATES}/tls.crt",
        "--ssl-keyfile=" + _WITH_TLS % f"{CERTIFICATES}/tls.key",
    )
    # The presets name a directory of their own, which would hide a cache.
    env = {**main.env, "HF_HUB_CACHE": f"{main.env['HF_HOME']}/hub"} if "HF_HOME" in main.env else main.env
    main = replace(main, args=args, env=env, drain_seconds=0)
    made = replace(plan.workload, main=main, scheduler=scheduler(plan) or plan.workload.scheduler)
    return pod_spec(without_disk(plan, made))


def _selector(plan: ServicePlan) -> dict[str, str]:
    return {SERVICE_LABEL: plan.name, "kserve.io/component": "workload", ROLE: plan.role}


def _picker_selector(plan: ServicePlan) -> dict[str, str]:
    return {
        "app.kubernetes.io/name": plan.name,
        "app.kubernetes.io/component": "llminferenceservice-router-scheduler",
    }


def _target(plan: ServicePlan) -> dict[str, str]:
    """The workload that KServe makes of a role; it leaves the number of copies alone where we give none."""
    prefill = "-prefill" if plan.role == "prefill" else ""
    if plan.pods_per_copy > 1:
        return {**LEADER_WORKER_SET, "name": f"{plan.name}-kserve-mn{prefill}"}
    return {**DEPLOYMENT, "name": f"{plan.name}-kserve{prefill}"}


def _address(plan: ServicePlan) -> tuple[str, int]:
    return f"{plan.name}-kserve-workload-svc", _SERVICE_PORT


def _aliases(plan: ServicePlan) -> tuple[str, ...]:
    """The name by which a gateway that reads the model's name finds the service."""
    return (f"publishers/{plan.namespace}/models/{plan.model.name}",)


KSERVE = Platform(
    name="llmd",
    behind_proxy=Port(name="engine", number=8001),
    rendezvous=RENDEZVOUS,
    container="main",
    model_dir="/mnt/models",
    adapter_dir="/mnt/lora",
    kv_cache_dir=KV_CACHE_DIR,
    pods="{name}-kserve(-prefill|-mn|-mn-prefill)?-[a-z0-9]+(-[a-z0-9]+)?",
    selector=_selector,
    address=_address,
    aliases=_aliases,
    routes=True,
    objects=objects,
)
