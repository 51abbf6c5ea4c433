# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods that rendered objects will become, whatever makes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .._plan import ServicePlan
from .._quantities import quantity
from .._rules.finding import copies

Object = Mapping[str, Any]

MAIN = "kserve-container"


@dataclass(frozen=True, kw_only=True)
class PodGroup:
    """Pods of one shape."""

    origin: str
    """Kind and name of what makes them."""
    namespace: str
    spec: Mapping[str, Any]
    count: int
    """How many there are at the least."""
    most: int
    """How many an autoscaler may make of them."""
    surge: int = 0
    """How many more there are while a new version replaces the old one."""
    before: bool = False
    """Whether they end before the servers start."""
    fetched: bool = False
    """Whether KServe puts a container of its own before the main one, which fetches the model."""

    @property
    def requests(self) -> Mapping[str, Decimal]:
        return requests(self.spec)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One service, the objects that will be applied for it, and their pods."""

    plan: ServicePlan
    objects: Sequence[Object]
    pods: Sequence[PodGroup] = field(default_factory=tuple)


def wanted(plan: ServicePlan, objects: Sequence[Object]) -> Wanted:
    pods = [group for obj in objects for group in _groups(plan, obj, objects)]
    return Wanted(plan=plan, objects=objects, pods=tuple(group for group in pods if group.most > 0))


def requests(spec: Mapping[str, Any]) -> dict[str, Decimal]:
    """What a pod asks of its node: its containers together, or the largest of those that run before them."""
    total: dict[str, Decimal] = {}
    for container in spec.get("containers") or ():
        _add(total, _asked(container))
    sidecars: dict[str, Decimal] = {}
    peaks: list[dict[str, Decimal]] = []
    for container in spec.get("initContainers") or ():
        if container.get("restartPolicy") == "Always":
            _add(sidecars, _asked(container))
        else:
            peak = dict(sidecars)
            _add(peak, _asked(container))
            peaks.append(peak)
    _add(total, sidecars)
    for peak in peaks:
        for name, amount in peak.items():
            total[name] = max(total.get(name, Decimal(0)), amount)
    return total


def _asked(container: Mapping[str, Any]) -> dict[str, Decimal]:
    """Requests; of what has only a limit, the limit, as the API server fills it in."""
    given = container.get("resources") or {}
    asked = {**(given.get("limits") or {}), **(given.get("requests") or {})}
    return {name: quantity(amount) for name, amount in asked.items()}


def _add(total: dict[str, Decimal], more: Mapping[str, Decimal]) -> None:
    for name, amount in more.items():
        total[name] = total.get(name, Decimal(0)) + amount


def _groups(plan: ServicePlan, obj: Object, objects: Sequence[Object]) -> Iterator[PodGroup]:
    read = _READERS.get(obj["kind"])
    if read is not None:
        yield from read(plan, obj, objects)


def _deployment(plan: ServicePlan, obj: Object, _objects: Sequence[Object]) -> Iterator[PodGroup]:
    spec = obj["spec"]
    least = spec.get("replicas", plan.service.scaling.min)
    rolling = (spec.get("strategy") or {}).get("rollingUpdate") or {}
    surge = rolling.get("maxSurge", 0)
    yield PodGroup(
        origin=_origin(obj),
        namespace=obj["metadata"]["namespace"],
        spec=spec["template"]["spec"],
        count=least,
        most=least if "replicas" in spec else max(least, copies(plan)),
        surge=surge if isinstance(surge, int) else 0,
    )


def _job(_plan: ServicePlan, obj: Object, _objects: Sequence[Object]) -> Iterator[PodGroup]:
    yield PodGroup(
        origin=_origin(obj),
        namespace=obj["metadata"]["namespace"],
        spec=obj["spec"]["template"]["spec"],
        count=1,
        most=1,
        before=True,
    )


def _leader_worker_set(plan: ServicePlan, obj: Object, _objects: Sequence[Object]) -> Iterator[PodGroup]:
    spec, template = obj["spec"], obj["spec"]["leaderWorkerTemplate"]
    least = spec.get("replicas", plan.service.scaling.min)
    most = least if "replicas" in spec else max(least, copies(plan))
    worker = template["workerTemplate"]["spec"]
    leader = (template.get("leaderTemplate") or {}).get("spec") or worker
    for pod, number in ((leader, 1), (worker, int(template.get("size", 1)) - 1)):
        yield PodGroup(
            origin=_origin(obj),
            namespace=obj["metadata"]["namespace"],
            spec=pod,
            count=least * number,
            most=most * number,
        )


def _inference_service(plan: ServicePlan, obj: Object, objects: Sequence[Object]) -> Iterator[PodGroup]:
    """KServe lays the predictor over the main container of the runtime."""
    if _stops(obj):
        return
    predictor = obj["spec"]["predictor"]
    runtime = _runtime(predictor, objects)
    model = predictor.get("model") or {}
    main = {**runtime.get("main", {}), "name": MAIN}
    main["resources"] = model.get("resources") or main.get("resources") or {}
    least = predictor.get("minReplicas", 1)
    most = max(least, predictor.get("maxReplicas") or least)
    yield PodGroup(
        origin=_origin(obj),
        namespace=obj["metadata"]["namespace"],
        spec={
            **predictor,
            "containers": [main, *runtime.get("others", ())],
            "volumes": [*(runtime.get("volumes") or ()), *(predictor.get("volumes") or ())],
        },
        count=least,
        most=most,
        surge=least if is_knative(obj) else 0,
        fetched=_is_fetched(predictor),
    )


def _runtime(predictor: Mapping[str, Any], objects: Sequence[Object]) -> dict[str, Any]:
    for obj in objects:
        if obj["kind"] == "ServingRuntime":
            containers = obj["spec"]["containers"]
            return {
                "main": next((each for each in containers if each["name"] == MAIN), {}),
                "others": [each for each in containers if each["name"] != MAIN],
                "volumes": obj["spec"].get("volumes") or [],
            }
    return {}


def _is_fetched(predictor: Mapping[str, Any]) -> bool:
    """A claim is mounted; everything else is fetched by KServe's storage initializer."""
    model = predictor.get("model") or {}
    places = [model.get("storageUri"), *(each["uri"] for each in predictor.get("storageUris") or ())]
    return any(place and not place.startswith(("pvc://", "oci://")) for place in places)


def _llm_inference_service(plan: ServicePlan, obj: Object, _objects: Sequence[Object]) -> Iterator[PodGroup]:
    if _stops(obj):
        return
    for part in (obj["spec"], obj["spec"].get("prefill") or {}):
        if not part:
            continue
        scaling = part.get("scaling") or {}
        least = part.get("replicas", scaling.get("minReplicas", plan.service.scaling.min))
        most = max(least, scaling.get("maxReplicas", copies(plan) if part is obj["spec"] else least))
        uri = str((obj["spec"].get("model") or {}).get("uri", ""))
        for pod, number in _members(part):
            yield PodGroup(
                origin=_origin(obj),
                namespace=obj["metadata"]["namespace"],
                spec=pod,
                count=least * number,
                most=most * number,
                fetched=not uri.startswith(("pvc://", "oci://")),
            )


def _members(part: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], int]]:
    template, worker = part.get("template") or {}, part.get("worker")
    yield template, 1
    if worker:
        parallelism = part.get("parallelism") or {}
        data, local = int(parallelism.get("data", 1)), int(parallelism.get("dataLocal", 1))
        size = max(data // local, int(parallelism.get("pipeline", 1)))
        yield worker, size - 1


def is_knative(obj: Object) -> bool:
    """Whether an InferenceService becomes a Knative Service."""
    mode = (obj["metadata"].get("annotations") or {}).get("serving.kserve.io/deploymentMode")
    return obj["kind"] == "InferenceService" and mode in ("Knative", "Serverless")


def _stops(obj: Object) -> bool:
    return (obj["metadata"].get("annotations") or {}).get("serving.kserve.io/stop") == "true"


def _origin(obj: Object) -> str:
    return f"{obj['kind']} {obj['metadata']['name']}"


_READERS: Mapping[str, Callable[[ServicePlan, Object, Sequence[Object]], Iterator[PodGroup]]] = {
    "Deployment": _deployment,
    "Job": _job,
    "LeaderWorkerSet": _leader_worker_set,
    "InferenceService": _inference_service,
    "LLMInferenceService": _llm_inference_service,
}
"""Kind → its pods."""
