# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which objects stand under another one *now*: children of the newest revision only, so that pods of an
older revision neither lend nor cost it anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .._names import SPEC_HASH_ANNOTATION
from .world import Object, World, group_kind, written_at

REVISION = "deployment.kubernetes.io/revision"
DAEMON_GENERATION = "deprecated.daemonset.template.generation"
POD_GENERATION = "pod-template-generation"
CONTROLLER_REVISION = "controller-revision-hash"

CONFIGURATION = ("serving.knative.dev", "Configuration")
LEADER_WORKERS = ("leaderworkerset.x-k8s.io", "LeaderWorkerSet")
INFERENCE_SERVICE = ("serving.kserve.io", "InferenceService")
LLM_INFERENCE_SERVICE = ("serving.kserve.io", "LLMInferenceService")
MPI_JOB = ("kubeflow.org", "MPIJob")

WORKLOADS: frozenset[tuple[str, str]] = frozenset(
    {
        ("apps", "Deployment"),
        ("apps", "ReplicaSet"),
        ("apps", "StatefulSet"),
        ("apps", "DaemonSet"),
        ("batch", "Job"),
        ("", "Pod"),
        ("serving.knative.dev", "Service"),
        CONFIGURATION,
        ("serving.knative.dev", "Revision"),
        LEADER_WORKERS,
        LLM_INFERENCE_SERVICE,
        INFERENCE_SERVICE,
        MPI_JOB,
    }
)
"""Kinds that run something; whatever else an object owns (Services, routes, autoscalers) is not followed."""

SETTLED_AFTER = 60.0
"""Seconds after a write when a controller has surely seen it."""
QUIET = 3.0
"""Seconds without any answer of the controller to a recent write, after which none is expected."""


def lineage(obj: Object, world: World) -> Iterator[tuple[int, Object]]:
    """The object and all that stands under it, each with its depth."""
    todo: list[tuple[int, Object]] = [(0, obj)]
    seen: set[str] = set()
    while todo:
        depth, part = todo.pop()
        uid = part["metadata"].get("uid", "")
        if uid in seen:
            continue
        seen.add(uid)
        yield depth, part
        todo += [(depth + 1, child) for child in children(part, world)]


def children(obj: Object, world: World) -> list[Object]:
    """The workloads and pods right under the object that belong to its present spec."""
    if not observed(obj):
        return []
    owned = [child for child in world.owned_by(obj) if group_kind(child) in WORKLOADS]
    select = _NEWEST.get(group_kind(obj))
    return select(obj, owned, world) if select else owned


def observed(obj: Object) -> bool:
    """Whether the controller says that it has seen the present spec, where it says anything about that."""
    if group_kind(obj) == INFERENCE_SERVICE:
        return True  # its observedGeneration is that of a child
    seen = (obj.get("status") or {}).get("observedGeneration")
    return seen is None or seen >= obj["metadata"].get("generation", 0)


def stamps_of(obj: Object) -> frozenset[str]:
    """The hashes that we stamped into the spec, one for each kind of pod that its controller makes of it."""
    spec = obj.get("spec") or {}
    places = {
        INFERENCE_SERVICE: (spec.get("predictor"),),
        LLM_INFERENCE_SERVICE: (spec, spec.get("prefill")),
    }
    annotations = [(place or {}).get("annotations") or {} for place in places.get(group_kind(obj), ())]
    return frozenset(each[SPEC_HASH_ANNOTATION] for each in annotations if SPEC_HASH_ANNOTATION in each)


def stamp_on(child: Object) -> str:
    """The hash that came down to the pod template of a child, or ''."""
    spec = child.get("spec") or {}
    template = (
        (spec.get("leaderWorkerTemplate") or {}).get("workerTemplate")
        if group_kind(child) == LEADER_WORKERS
        else spec.get("template")
    )
    meta = (template or {}).get("metadata") or {}
    return str((meta.get("annotations") or {}).get(SPEC_HASH_ANNOTATION, ""))


def settled(obj: Object, world: World) -> bool:
    """Whether the last write of the object is so old, or has gone unanswered so long, that its controller
    is done."""
    return world.today - written_at(obj) > SETTLED_AFTER or world.unchanged_for(obj) >= QUIET


def _replica_sets(obj: Object, owned: list[Object], _world: World) -> list[Object]:
    """A rollout back to an old template reuses its ReplicaSet, so the revision number decides and not the
    age."""
    sets = [child for child in owned if child["kind"] == "ReplicaSet"]
    wanted = (obj["metadata"].get("annotations") or {}).get(REVISION)
    return [one for one in sets if _revision(one) == wanted] or sorted(sets, key=_number)[-1:]


def _revision(obj: Object) -> str:
    return str((obj["metadata"].get("annotations") or {}).get(REVISION, "0"))


def _number(obj: Object) -> int:
    return int(_revision(obj))


def _updated_pods(obj: Object, owned: list[Object], _world: World) -> list[Object]:
    wanted = (obj.get("status") or {}).get("updateRevision")
    return [pod for pod in owned if not wanted or _label(pod, CONTROLLER_REVISION) == wanted]


def _daemon_pods(obj: Object, owned: list[Object], _world: World) -> list[Object]:
    wanted = (obj["metadata"].get("annotations") or {}).get(DAEMON_GENERATION)
    return [pod for pod in owned if not wanted or _label(pod, POD_GENERATION) in ("", wanted)]


def _newest_revision(obj: Object, owned: list[Object], _world: World) -> list[Object]:
    wanted = (obj.get("status") or {}).get("latestCreatedRevisionName")
    return [child for child in owned if child["metadata"]["name"] == wanted]


def _reconciled(obj: Object, owned: list[Object], world: World) -> list[Object]:
    """Children that the controller has brought to the present spec: they carry our stamp, or they were
    written after the object was, or the object is settled."""
    wanted = stamps_of(obj)
    if wanted:
        all_there = wanted <= {stamp_on(child) for child in owned}
        return [child for child in owned if stamp_on(child) in (*wanted, "")] if all_there else []
    if settled(obj, world):
        return owned
    if obj["metadata"].get("generation", 1) == 1:
        return owned  # there was no other spec
    since = written_at(obj)
    return [child for child in owned if written_at(child) > since]


def _label(obj: Object, name: str) -> str:
    return str((obj["metadata"].get("labels") or {}).get(name, ""))


_NEWEST: dict[tuple[str, str], Callable[[Object, list[Object], World], list[Object]]] = {
    ("apps", "Deployment"): _replica_sets,
    ("apps", "StatefulSet"): _updated_pods,
    ("apps", "DaemonSet"): _daemon_pods,
    CONFIGURATION: _newest_revision,
    INFERENCE_SERVICE: _reconciled,
    LLM_INFERENCE_SERVICE: _reconciled,
}
