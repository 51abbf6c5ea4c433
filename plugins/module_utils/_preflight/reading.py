# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the cluster once: one list of a kind, and only of the kinds that the services ask about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from .._apply import revisions
from .._cluster import ApiError, Client, NotServed
from .._cluster.autoscaler import is_autoscaled
from .._webhooks import behind
from .facts import Facts, Object, Place
from .hooks import concerned, registered
from .injecting import injects
from .pods import Wanted, is_knative
from .rights import missing_rights

KNATIVE_NAMESPACE = "knative-serving"
KNATIVE_FEATURES = "config-features"
RUNNING = "status.phase!=Succeeded,status.phase!=Failed"
_EXISTING = "existing:"

Read = Callable[[], Any]


def read(client: Client, services: Sequence[Wanted]) -> Facts:
    """Raises ClusterError where the cluster cannot be asked at all; what may not be read is left out."""
    reader = _Reader(client)
    served = frozenset((each.api_version, each.kind) for each in client.resources())
    every = frozenset(served | _other_versions(client, services))
    found = reader.all(_questions(client, services))
    if "pods" not in found:
        injecting = [name for name, obj in found.get("namespaces", {}).items() if obj and injects(obj)]
        found |= reader.all({"pods": lambda: _in_each(client, "Pod", injecting)} if injecting else {})
    webhooks = concerned(found.get("webhooks") or (), services, found.get("namespaces", {}))
    return Facts(
        version=client.version(),
        served=every,
        endpoints=reader.endpoints(behind(webhooks)),
        missing_rights=missing_rights(client, services),
        unread=tuple(sorted(reader.denied)),
        **found,
    )


def _questions(client: Client, services: Sequence[Wanted]) -> dict[str, Read]:
    """What to ask, by the name of the field that takes the answer."""
    asked: dict[str, Read] = {}
    pods = [(one, group) for one in services for group in one.pods]
    namespaces = sorted({one.plan.namespace for one in services})
    asked["namespaces"] = lambda: _named(client, "v1", "Namespace", [("", name) for name in namespaces])
    asked["revisions"] = lambda: _revisions(client, namespaces)
    if pods:
        asked["nodes"] = lambda: client.list("v1", "Node")
        asked["webhooks"] = lambda: registered(client)
        asked["quotas"] = lambda: _in_each(client, "ResourceQuota", {group.namespace for _one, group in pods})
        asked["autoscaled"] = lambda: is_autoscaled(client)
    if any("/" in name for _one, group in pods for name in group.requests):
        asked["pods"] = lambda: client.list("v1", "Pod", field_selector=RUNNING)
        asked["daemonsets"] = lambda: client.list("apps/v1", "DaemonSet")
    if any(group.spec.get("schedulerName") for _one, group in pods):
        asked["deployments"] = lambda: client.list("apps/v1", "Deployment")
    objects = [obj for one in services for obj in one.objects]
    if any(_node_ports(obj) for obj in objects):
        asked["services"] = lambda: client.list("v1", "Service")
    if any(obj["kind"] == "HorizontalPodAutoscaler" for obj in objects):
        asked["aggregated"] = lambda: _aggregated(client)
    if any(is_knative(obj) for obj in objects):
        asked["knative_features"] = lambda: _features(client)
    if any(_storage_class(group.spec) for _one, group in pods):
        asked["classes"] = lambda: client.list("storage.k8s.io/v1", "StorageClass", metadata_only=True)
    inference = [
        (obj["metadata"]["namespace"], obj["metadata"]["name"])
        for obj in objects
        if obj["kind"] == "InferenceService"
    ]
    if inference:
        asked["inference_services"] = lambda: _present(
            _named(client, "serving.kserve.io/v1beta1", "InferenceService", inference)
        )
    runtimes = [
        (one.plan.namespace, one.plan.service.kserve.runtime.removeprefix(_EXISTING))
        for one in services
        if one.plan.platform.name == "kserve" and one.plan.service.kserve.runtime
    ]
    if runtimes:
        asked["runtimes"] = lambda: _runtimes(client, runtimes)
    placements = [(one.plan.namespace, one.plan.service.topology.placement) for one in services]
    queues = [(place, each.queue) for place, each in placements if each.gang == "kueue" and each.queue]
    if queues:
        asked["queues"] = lambda: _queues(client, queues)
    return asked


class _Reader:
    """Asks, and notes what it is not given."""

    def __init__(self, client: Client) -> None:
        self.denied: set[str] = set()
        self._client = client

    def all(self, questions: Mapping[str, Read]) -> dict[str, Any]:
        answers = self._client.in_parallel(lambda name: (name, self._one(questions[name])), questions)
        return {name: answer for name, answer in answers if answer is not None}

    def endpoints(self, places: Iterable[Place]) -> dict[Place, int]:
        answers = self._client.in_parallel(
            lambda place: (place, self._one(lambda: _ready(self._client, place))), sorted(set(places))
        )
        return {place: answer for place, answer in answers if answer is not None}

    def _one(self, read: Read) -> Any:
        try:
            return read()
        except NotServed:
            return None
        except ApiError as error:
            if error.status != HTTPStatus.FORBIDDEN:
                raise
            self.denied.add(f"{_verb(error)} {error.path.rpartition('/')[2]}")
            return None


def _verb(error: ApiError) -> str:
    plural = error.path.rpartition("/")[2]
    return "list" if plural.isalpha() and plural.endswith("s") else "get"


def _in_each(client: Client, kind: str, namespaces: Iterable[str]) -> list[Object]:
    lists = client.in_parallel(lambda name: client.list("v1", kind, namespace=name), sorted(namespaces))
    return [obj for objects in lists for obj in objects]


def _revisions(client: Client, namespaces: Iterable[str]) -> list[Object]:
    def fetch(namespace: str) -> list[Any]:
        return client.list(
            revisions.API_VERSION,
            revisions.KIND,
            namespace=namespace,
            label_selector=revisions.REVISION_OF_LABEL,
            metadata_only=True,
        )

    return [obj for found in client.in_parallel(fetch, namespaces) for obj in found]


def _named(client: Client, api_version: str, kind: str, places: Iterable[Place]) -> dict[Any, Object | None]:
    """The objects by their place, or by their name where they have no namespace."""

    def fetch(place: Place) -> tuple[Any, Object | None]:
        namespace, name = place
        return place if namespace else name, client.get(api_version, kind, name, namespace or None)

    return dict(client.in_parallel(fetch, sorted(set(places))))


def _present(found: Mapping[Any, Object | None]) -> dict[Any, Object]:
    return {place: obj for place, obj in found.items() if obj is not None}


def _runtimes(client: Client, places: Iterable[Place]) -> dict[Place, Object | None]:
    """As KServe looks for them: in the namespace, then in the cluster."""
    version = "serving.kserve.io/v1alpha1"
    found = _named(client, version, "ServingRuntime", places)
    for place in [place for place, obj in found.items() if obj is None]:
        found[place] = client.get(version, "ClusterServingRuntime", place[1])
    return found


def _queues(client: Client, places: Iterable[Place]) -> dict[Any, Object | None]:
    versions = [each.api_version for each in client.resources() if each.kind == "LocalQueue"]
    return _named(client, versions[0], "LocalQueue", places) if versions else {}


def _aggregated(client: Client) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for each in client.list("apiregistration.k8s.io/v1", "APIService"):
        if each["spec"].get("service"):
            group = each["spec"]["group"]
            conditions = (each.get("status") or {}).get("conditions") or ()
            found[group] = found.get(group, False) or any(
                one["type"] == "Available" and one["status"] == "True" for one in conditions
            )
    return found


def _features(client: Client) -> dict[str, str]:
    """Without the ConfigMap Knative's defaults hold."""
    found = client.get("v1", "ConfigMap", KNATIVE_FEATURES, KNATIVE_NAMESPACE) or {}
    return dict(found.get("data") or {})


def _ready(client: Client, place: Place) -> int:
    namespace, name = place
    slices = client.list(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        namespace=namespace,
        label_selector=f"kubernetes.io/service-name={name}",
    )
    ends = [end for each in slices for end in each.get("endpoints") or ()]
    return sum((end.get("conditions") or {}).get("ready") is not False for end in ends)


def _other_versions(client: Client, services: Sequence[Wanted]) -> set[tuple[str, str]]:
    """Versions that are served beside the preferred one, as far as our objects are written in them."""
    wanted = {(obj["apiVersion"], obj["kind"]) for one in services for obj in one.objects}
    found = set()
    for api_version, kind in wanted:
        try:
            client.resource(api_version, kind)
        except NotServed:
            continue
        found.add((api_version, kind))
    return found


def _node_ports(obj: Object) -> bool:
    return obj["kind"] == "Service" and any(port.get("nodePort") for port in obj["spec"].get("ports") or ())


def _storage_class(spec: Mapping[str, Any]) -> bool:
    return any(
        (volume.get("ephemeral") or {}).get("volumeClaimTemplate", {}).get("spec", {}).get("storageClassName")
        for volume in spec.get("volumes") or ()
    )
