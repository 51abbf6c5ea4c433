# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KServe: a ServingRuntime of the service's own, and the InferenceService that names it.

KServe copies labels and annotations of the InferenceService into the pods, so any change of them replaces all
pods; what may change without need stays away from them.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from .._workload import Autoscaling, Port
from . import knative
from .gang import queue_labels
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
_NEW_NAMES_SINCE = "0.16"
_FORMER = {"Standard": "RawDeployment", "Knative": "Serverless"}
"""What the modes were called before."""


def objects(plan: ServicePlan) -> list[dict[str, Any]]:
    """In the order in which KServe needs them: account and files, runtime, service."""
    account = plan.own_service_account
    before = [] if account is None else [storage_account(plan, account)]
    before += jobs(plan, plan.workload.jobs)
    shown = plan.canary if plan.splits_requests and plan.canary else plan
    variants = (plan,) if shown is plan else (plan, shown)
    own = [obj for each in variants if _makes_runtime(each) for obj in (*config_maps(each), _runtime(each))]
    return [*before, *own, _inference_service(plan, shown)]


def _makes_runtime(plan: ServicePlan) -> bool:
    return plan.service.kserve.runtime is None


def _runtime(plan: ServicePlan) -> dict[str, Any]:
    """The container and its volumes; KServe takes resources and the fields of the pod from elsewhere."""
    main = container(plan.workload.main)
    del main["resources"]
    if _is_knative(plan):
        main = knative.container(plan, main, pod_fields(plan.workload))
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


def _inference_service(plan: ServicePlan, shown: ServicePlan) -> dict[str, Any]:
    """With *shown* as the newest revision: the service's own specification, or its canary's."""
    annotations = {f"{_PREFIX}deploymentMode": _mode(plan)}
    if not _is_knative(plan):
        annotations[f"{_PREFIX}autoscalerClass"] = _autoscaler_class(plan.autoscaling)
    if plan.stopped:
        annotations[f"{_PREFIX}stop"] = "true"
    predictor = {**_run(shown), "model": _model(shown)}
    if shown.engine.loads_model and shown.location.delivery == "uri":
        predictor |= _fetched(shown, predictor["model"])
    if shown is not plan:
        predictor["canaryTrafficPercent"] = plan.canary_weight
    made = metadata(plan, plan.name, annotations)
    made["labels"].update(queue_labels(plan))
    return {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": _dashboard(plan, made),
        "spec": {"predictor": predictor},
    }


def _mode(plan: ServicePlan) -> str:
    """Always written: the cluster's default differs from one to the next, and the webhook reads this."""
    return plan.kserve_mode if plan.kserve_is_at_least(_NEW_NAMES_SINCE) else _FORMER[plan.kserve_mode]


def _run(plan: ServicePlan) -> dict[str, Any]:
    """How the pods run and scale."""
    annotations = {**pod_annotations(plan), **_writable(plan)}
    fields = pod_fields(plan.workload)
    if _is_knative(plan):
        return {
            **knative.pod(fields),
            "annotations": {**knative.revision_annotations(plan), **annotations},
            **knative.scaling(plan),
        }
    return {
        **fields,
        "annotations": annotations,
        "deploymentStrategy": strategy(plan),
        **_scaling(plan),
    }


def _model(plan: ServicePlan) -> dict[str, Any]:
    name, version = plan.engine.model_format
    runtime = plan.name if _makes_runtime(plan) else str(plan.service.kserve.runtime).removeprefix(_EXISTING)
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


def _is_knative(plan: ServicePlan) -> bool:
    return plan.kserve_mode == "Knative"


KSERVE = Platform(
    name="kserve",
    splits_requests=_is_knative,
    ports={"http": Port(name="http1", number=8080), "grpc": Port(name="grpc", number=9000)},
    container="kserve-container",
    model_dir="/mnt/models",
    pods="{name}-predictor-([0-9]+-deployment-)?[a-z0-9]+-[a-z0-9]+",
    selector=_selector,
    address=_address,
    objects=objects,
)
