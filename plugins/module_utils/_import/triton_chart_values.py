# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An entry of the inventory as values of the chart triton-inference-server: the way back of triton_chart."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._fleet import Fleet, Service, Store, load
from .._stores.s3 import repository_url
from .imported import put
from .triton_chart import METRICS

_HANDLED = (
    *("name", "namespace", "model", "engine", "platform", "state", "presets"),
    *("image", "topology.tensor", "node_selector", "shm_size", "env", "cache.store", "cache.path"),
    *("engine_args.log_verbose", "engine_args.log_iso8601", "engine_args.extra"),
    *("scaling.min", "scaling.max", "scaling.metric", "scaling.target"),
    *("expose.type", "expose.auth.basic", "expose.access_log", "rollout.canary"),
)


class NotForThisChart(Exception):
    """An entry that the chart cannot run, or an inventory that is wrong."""


@dataclass(frozen=True, kw_only=True)
class ChartValues:
    """``values`` may hold credentials. ``left_out`` are keys of the entry that the chart has no place for."""

    values: Mapping[str, Any]
    left_out: tuple[str, ...]


def chart_values(
    variables: Mapping[str, Any], name: str, *, environ: Mapping[str, str] | None = None
) -> ChartValues:
    """The values for one service. Raises NotForThisChart."""
    fleet, problems = load(variables, environ=environ)
    errors = [str(problem) for problem in problems if problem.severity == "error"]
    if errors:
        raise NotForThisChart("\n".join(errors))
    service = next((one for one in fleet.services if one.name == name), None)
    if service is None:
        known = ", ".join(one.name for one in fleet.services) or "none"
        raise NotForThisChart(f"{name} is no service of llm_serving. Known are: {known}.")
    if service.engine != "triton-vllm":
        raise NotForThisChart(f"{name}: the chart runs engine triton-vllm, not {service.engine}.")
    values: dict[str, Any] = {"tags": {}}
    store = _bucket(values, fleet, service)
    values["main"] = _variant(fleet, service, store)
    _volume(values, fleet, service)
    _scaling(values, service)
    _way_in(values, fleet, service)
    _canary(values, fleet, service, store)
    put(values, "prometheus-adapter.prometheus.url", fleet.cluster.components.prometheus.url)
    return ChartValues(values=values, left_out=_left_out(service))


def _variant(fleet: Fleet, service: Service, store: Store | None) -> dict[str, Any]:
    """The pods of the service or of its canary."""
    found: dict[str, Any] = {}
    put(found, "imageName", service.image)
    found["numGpus"] = service.topology.tensor
    if service.node_selector:
        found["nodeSelector"] = dict(service.node_selector)
    put(found, "shmsize", service.shm_size)
    environment = {str(key): str(value) for key, value in service.env.items()}
    if service.cache.store is not None:
        mounted = fleet.stores[service.cache.store].mount_path.rstrip("/")
        environment["TRANSFORMERS_CACHE"] = f"{mounted}/{service.cache.path.strip('/')}"
    if environment:
        found["environment"] = environment
    arguments = service.engine_args
    written = [
        *([f"--model-repository={repository_url(store)}"] if store is not None else []),
        *([f"--log-verbose={arguments.log_verbose}"] if arguments.log_verbose is not None else []),
        *(["--log-format=ISO8601"] if arguments.log_iso8601 else []),
        *arguments.extra,
    ]
    if written:
        found["serverArgs"] = written
    return found


def _bucket(values: dict[str, Any], fleet: Fleet, service: Service) -> Store | None:
    named = fleet.models[service.model].store
    store = fleet.stores[named] if named is not None else None
    if store is None or store.kind != "s3":
        values["tags"]["s3"] = False
        return None
    values["tags"]["s3"] = True
    put(values, "secret.s3.region", store.region)
    keys = fleet.secrets[store.secret] if store.secret is not None else None
    if keys is not None:
        put(values, "secret.s3.id", keys.access_key)
        put(values, "secret.s3.key", keys.secret_key)
    return store


def _volume(values: dict[str, Any], fleet: Fleet, service: Service) -> None:
    store = fleet.stores[service.cache.store] if service.cache.store is not None else None
    nfs = store.pv.nfs if store is not None else None
    values["tags"]["sfs"] = nfs is not None
    if store is not None and nfs is not None:
        values["main"] |= {
            "sfsAddress": nfs.server,
            "sfsModelDirectoryPath": nfs.path,
            "modelRepositoryTritonDirectory": store.mount_path,
        }


def _scaling(values: dict[str, Any], service: Service) -> None:
    scaling = service.scaling
    named = {ours: theirs for theirs, ours in METRICS.items()}.get(scaling.metric)
    values["tags"]["autoscaling"] = named is not None
    if named is None:
        return
    target = {"type": "AverageValue", "averageValue": f"{scaling.target or 0:g}"}
    pods = {"metric": {"name": named}, "target": target}
    values["main"]["autoscaling"] = {
        "minReplicas": scaling.min,
        "maxReplicas": scaling.max,
        "metrics": [{"type": "Pods", "pods": pods}],
    }


def _way_in(values: dict[str, Any], fleet: Fleet, service: Service) -> None:
    expose, tags = service.expose, values["tags"]
    tags["istioGateway"] = expose.type == "istio"
    tags["traefikBalancing"] = expose.type == "traefik"
    if expose.auth.basic is not None:
        password = fleet.secrets[expose.auth.basic].password or ""
        encoded = base64.b64encode(password.encode()).decode()
        put(tags, "istioBasicAuth.main", {"enable": True, "passwordBase64": encoded})
    if expose.access_log:
        put(values, "istio.accessLogs.enable", True)


def _canary(values: dict[str, Any], fleet: Fleet, service: Service, store: Store | None) -> None:
    given = service.rollout.canary
    values["tags"]["canary"] = given is not None
    if given is None or service.canary is None:
        return
    values["canary"] = _variant(fleet, service.canary, store)
    put(values, "istio.virtualservice", {"primaryWeight": 100 - given.weight, "canaryWeight": given.weight})


def _left_out(service: Service) -> tuple[str, ...]:
    def taken(key: str) -> bool:
        return any(key == one or key.startswith(f"{one}.") for one in _HANDLED)

    return tuple(sorted(key for key in service.provenance if not taken(key)))
