# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Is it ready? One predicate per kind, each a pure function of the object and what is known around it.

Another kind: a function ``(object, world) -> State`` in the file of its family, and a line in ``PREDICATES``.
"""

from __future__ import annotations

from collections.abc import Callable

from ..lineage import INFERENCE_SERVICE, LEADER_WORKERS, LLM_INFERENCE_SERVICE, MPI_JOB
from ..world import Object, World, group_kind
from . import cluster, exposure, gateway, jobs, kserve, storage, workloads
from .custom import custom
from .state import State, done

Predicate = Callable[[Object, World], State]

PREDICATES: dict[tuple[str, str], Predicate] = {
    ("apps", "Deployment"): workloads.deployment,
    ("apps", "ReplicaSet"): workloads.replica_set,
    ("apps", "StatefulSet"): workloads.stateful_set,
    ("apps", "DaemonSet"): workloads.daemon_set,
    ("", "Pod"): workloads.pod,
    LEADER_WORKERS: workloads.leader_worker_set,
    ("batch", "Job"): jobs.job,
    MPI_JOB: jobs.mpi_job,
    ("", "PersistentVolumeClaim"): storage.claim,
    ("", "PersistentVolume"): storage.volume,
    ("", "Namespace"): cluster.namespace,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): cluster.custom_resource_definition,
    ("apiregistration.k8s.io", "APIService"): cluster.api_service,
    INFERENCE_SERVICE: lambda obj, world: kserve.inference_service(obj, world, state_of),
    LLM_INFERENCE_SERVICE: lambda obj, world: kserve.llm_inference_service(obj, world, state_of),
    ("route.openshift.io", "Route"): exposure.route,
    ("gateway.envoyproxy.io", "SecurityPolicy"): exposure.policy,
    ("gateway.networking.k8s.io", "Gateway"): gateway.gateway,
    ("gateway.networking.k8s.io", "HTTPRoute"): gateway.route,
    ("gateway.networking.k8s.io", "GRPCRoute"): gateway.route,
    ("gateway.networking.k8s.io", "TLSRoute"): gateway.route,
    ("inference.networking.k8s.io", "InferencePool"): gateway.inference_pool,
}

CHILD_KINDS: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {
    INFERENCE_SERVICE: (("apps/v1", "Deployment"), ("v1", "Event")),
    LLM_INFERENCE_SERVICE: (
        ("apps/v1", "Deployment"),
        ("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet"),
        ("v1", "Event"),
    ),
}
"""Kinds (apiVersion, kind) that decide about their owner's state."""
KNATIVE_KINDS = (
    ("serving.knative.dev/v1", "Service"),
    ("serving.knative.dev/v1", "Configuration"),
    ("serving.knative.dev/v1", "Revision"),
)
"""Kinds between an InferenceService in Knative mode and its Deployment."""


def child_kinds(obj: Object) -> tuple[tuple[str, str], ...]:
    """Kinds that must be known to judge the object."""
    kinds = CHILD_KINDS.get(group_kind(obj), ())
    return (*kinds, *KNATIVE_KINDS) if kserve.runs_on_knative(obj) else kinds


EVIDENCE_KINDS: tuple[tuple[str, str], ...] = (
    ("apps/v1", "ReplicaSet"),
    ("apps/v1", "StatefulSet"),
    ("batch/v1", "Job"),
    ("v1", "Pod"),
    ("v1", "Event"),
)
"""Kinds that tell why something is not ready."""


def waits_for(obj: Object) -> bool:
    """Whether objects of this kind become ready some time after they were written; the others are ready at
    once."""
    return group_kind(obj) in PREDICATES or is_unknown(obj)


def is_unknown(obj: Object) -> bool:
    """A custom resource of which we know nothing but the conventions."""
    kind = group_kind(obj)
    return kind not in PREDICATES and _is_custom(kind[0])


def state_of(obj: Object, world: World) -> State:
    kind = group_kind(obj)
    predicate = PREDICATES.get(kind)
    if predicate is not None:
        return predicate(obj, world)
    return custom(obj, world) if is_unknown(obj) else done()


def _is_custom(group: str) -> bool:
    """Groups of the API server itself have no dot, or end in k8s.io without being an add-on's."""
    return "." in group and group not in BUILT_IN and group not in SILENT_GROUPS


SILENT_GROUPS = frozenset(
    {"networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io", "traefik.io"}
)
"""Configuration of proxies, whose controllers tell nothing about it."""


BUILT_IN = frozenset(
    f"{name}.k8s.io"
    for name in (
        "admissionregistration",
        "authentication",
        "authorization",
        "certificates",
        "coordination",
        "discovery",
        "events",
        "flowcontrol.apiserver",
        "internal.apiserver",
        "networking",
        "node",
        "rbac.authorization",
        "resource",
        "scheduling",
        "storage",
        "storagemigration",
    )
)

__all__ = ["EVIDENCE_KINDS", "PREDICATES", "State", "child_kinds", "is_unknown", "state_of", "waits_for"]
