# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KServe in Standard mode: a ServingRuntime of the service's own, and the InferenceService that names it.

KServe copies labels and annotations of the InferenceService into the pods, so any change of them replaces all
pods; what may change without need stays away from them.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from .._workload import Autoscaling, Port
from .job import jobs
from .platform import Platform
from .pod import (
    config_maps,
    container,
    environment,
    metadata,
    pod_annotations,
    pod_fields,
    resources,
    volumes,
)
from .strategy import strategy

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

_PREFIX = "serving.kserve.io/"
_SERVICE_PORT = 80
_EXISTING = "existing:"
_STANDARD_SINCE = "0.16"


def objects(plan: ServicePlan) -> list[dict[str, Any]]:
    """In the order in which KServe needs them: account and files, runtime, service."""
    account = plan.own_service_account
    before = [] if account is None else [storage_account(plan, account)]
    before += jobs(plan, plan.workload.jobs)
    existing = plan.service.kserve.runtime
    if existing is not None:
        return [*before, _inference_service(plan, existing.removeprefix(_EXISTING))]
    return [*before, *config_maps(plan), _runtime(plan), _inference_service(plan, plan.name)]


def _runtime(plan: ServicePlan) -> dict[str, Any]:
    """The container and its volumes; KServe takes resources and the fields of the pod from elsewhere."""
    main = container(plan.workload.main)
    del main["resources"]
    name, version = plan.engine.model_format
    spec: dict[str, Any] = {
        "supportedModelFormats": [{"name": name, "version": version, "autoSelect": False}],
        "annotations": {
            "prometheus.kserve.io/port": str(plan.metrics_port.number),
            "prometheus.kserve.io/path": "/metrics",
        },
        "containers": [main],
        "volumes": volumes(plan.workload),
    }
    if plan.engine.inference_protocols:
        spec["protocolVersions"] = list(plan.engine.inference_protocols)
    return {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "ServingRuntime",
        "metadata": _dashboard(plan, metadata(plan, plan.name)),
        "spec": spec,
    }


def _inference_service(plan: ServicePlan, runtime: str) -> dict[str, Any]:
    annotations = {
        f"{_PREFIX}deploymentMode": "Standard"
        if plan.kserve_is_at_least(_STANDARD_SINCE)
        else "RawDeployment",
        f"{_PREFIX}autoscalerClass": _autoscaler_class(plan.autoscaling),
    }
    if plan.stopped:
        annotations[f"{_PREFIX}stop"] = "true"
    predictor = {
        **pod_fields(plan.workload),
        "annotations": {**pod_annotations(plan), **_writable(plan)},
        "deploymentStrategy": strategy(plan),
        **_scaling(plan),
        "model": _model(plan, runtime),
    }
    if plan.engine.loads_model and plan.location.delivery == "uri":
        predictor |= _fetched(plan, predictor["model"])
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": _dashboard(plan, metadata(plan, plan.name, annotations)),
        "spec": {"predictor": predictor},
    }


def _model(plan: ServicePlan, runtime: str) -> dict[str, Any]:
    name, version = plan.engine.model_format
    model: dict[str, Any] = {
        "modelFormat": {"name": name, "version": version},
        "runtime": runtime,
        "resources": resources(plan.workload.main),
    }
    if plan.service.kserve.runtime is not None:
        added = {"args": list(plan.service.engine_args.extra), "env": environment(_added(plan))}
        model.update({field: value for field, value in added.items() if value})
    return model


def _fetched(plan: ServicePlan, model: dict[str, Any]) -> dict[str, Any]:
    """What KServe fetches: the model alone in the model's own field, with adapters in a list of places."""
    adapters = [each for each in plan.adapter_locations.values() if each.uri]
    if not adapters:
        return {"model": {**model, "storageUri": plan.location.uri}}
    return {"storageUris": [{"uri": each.uri, "mountPath": each.path} for each in (plan.location, *adapters)]}


def _added(plan: ServicePlan) -> dict[str, str]:
    """Environment for a runtime that is not ours and has its own besides."""
    return {**plan.gpu_environment, **plan.service.env}


def _autoscaler_class(scaling: Autoscaling | None) -> str:
    if scaling is None:
        return "none"
    return "hpa" if scaling.by_resource else "keda"


def _scaling(plan: ServicePlan) -> dict[str, Any]:
    """An explicit maximum in any case: without one KServe pins the service to its minimum."""
    scaling = plan.autoscaling
    if scaling is None:
        return {"minReplicas": plan.service.scaling.min, "maxReplicas": plan.service.scaling.min}
    fields: dict[str, Any] = {"minReplicas": scaling.minimum, "maxReplicas": scaling.maximum}
    if scaling.by_resource:
        return {**fields, "scaleMetric": scaling.metric, "scaleTarget": int(scaling.target)}
    metric = {
        "backend": "prometheus",
        "serverAddress": plan.prometheus,
        "query": scaling.query,
    }
    # In spite of its name: KEDA compares it with the average over the copies.
    target = {"type": "Value", "value": scaling.threshold}
    autoscaling: dict[str, Any] = {
        "metrics": [{"type": "External", "external": {"metric": metric, "target": target}}]
    }
    if scaling.behavior:
        autoscaling["behavior"] = deepcopy(scaling.behavior)
    return {**fields, "autoScaling": autoscaling}


def storage_account(plan: ServicePlan, name: str) -> dict[str, Any]:
    """The account that lends KServe the credentials of the store."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(plan, name),
        "secrets": [{"name": plan.store_secret}],
        "automountServiceAccountToken": False,
    }


def _writable(plan: ServicePlan) -> dict[str, str]:
    """KServe mounts a claim read-only unless told otherwise."""
    claimed = plan.location.uri.startswith("pvc:")
    return {"storage.kserve.io/readonly": "false"} if claimed and not plan.store.read_only else {}


def _dashboard(plan: ServicePlan, fields: dict[str, Any]) -> dict[str, Any]:
    """Marks by which the dashboard of OpenShift AI finds and shows what it did not make itself."""
    if not plan.service.dashboard_compatible:
        return fields
    labels = {**fields["labels"], "opendatahub.io/dashboard": "true"}
    annotations = {**fields.get("annotations", {}), "openshift.io/display-name": plan.name}
    return {**fields, "labels": labels, "annotations": annotations}


def _selector(plan: ServicePlan) -> dict[str, str]:
    return {f"{_PREFIX}inferenceservice": plan.name, "component": "predictor"}


def _address(plan: ServicePlan) -> tuple[str, int]:
    return f"{plan.name}-predictor", _SERVICE_PORT


KSERVE = Platform(
    name="kserve",
    ports={"http": Port(name="http1", number=8080), "grpc": Port(name="grpc", number=9000)},
    container="kserve-container",
    model_dir="/mnt/models",
    pods="{name}-predictor-[a-z0-9]+-[a-z0-9]+",
    selector=_selector,
    address=_address,
    objects=objects,
)
