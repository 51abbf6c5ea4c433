# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A LeaderWorkerSet: each copy is a group of pods that start, scale and end together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._catalogue.pins import pinned
from .._catalogue.vllm import release
from .._names import SERVICE_LABEL
from .._workload import Rendezvous
from .account import account
from .autoscaler import autoscaler
from .copies import COMPONENT, leader, template, topology_label, worker
from .gang import queue_labels, volcano_queue
from .job import jobs
from .platform import Platform
from .pod import config_maps, metadata
from .strategy import strategy

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

KIND = "LeaderWorkerSet"
_API = "leaderworkerset.x-k8s.io/v1"
_PREFIX = "leaderworkerset.sigs.k8s.io/"
_WORKER_INDEX = f"{_PREFIX}worker-index"
_SUBDOMAIN_SINCE = "0.5"
_REQUIRED_TOPOLOGY = "kueue.x-k8s.io/podset-required-topology"
_POD_SET_GROUP = "kueue.x-k8s.io/podset-group-name"

RENDEZVOUS = Rendezvous(
    leader="$(LWS_LEADER_ADDRESS)",
    rank="$(LWS_WORKER_INDEX)",
    rank_label=_WORKER_INDEX,
    copy_labels=(f"{_PREFIX}name", f"{_PREFIX}group-index"),
)


def objects(plan: ServicePlan) -> list[dict[str, Any]]:
    made = [*config_maps(plan), *account(plan), *jobs(plan, plan.workload.jobs), _groups(plan)]
    if plan.autoscaling is not None and not plan.stopped:
        target = {"api_version": _API, "kind": KIND, "name": set_name(plan)}
        made.append(autoscaler(plan, plan.autoscaling, **target))
    return made


def set_name(plan: ServicePlan) -> str:
    """The service's name, unless the controller makes a Service of the set's name that only it may use."""
    return plan.name if _has_subdomains(plan) else f"{plan.name}-group"


def leader_worker_set(
    plan: ServicePlan, name: str, *, leader: Mapping[str, Any], worker: Mapping[str, Any]
) -> dict[str, Any]:
    """The set without its number of copies. A group lacks all of its sense without one of its pods, so it
    starts anew as a whole, and the leader does not wait to be ready, which it only is with its workers."""
    spec: dict[str, Any] = {
        "startupPolicy": "LeaderCreated",
        "rolloutStrategy": {"type": "RollingUpdate", "rollingUpdateConfiguration": _rolling(plan)},
        "leaderWorkerTemplate": {
            "size": plan.pods_per_copy,
            "restartPolicy": "RecreateGroupOnPodRestart",
            "leaderTemplate": dict(leader),
            "workerTemplate": dict(worker),
        },
    }
    about = metadata(plan, name, volcano_queue(plan))
    return {"apiVersion": _API, "kind": KIND, "metadata": about, "spec": spec}


def _groups(plan: ServicePlan) -> dict[str, Any]:
    """Replicas are left out where an autoscaler owns them."""
    near = _near(plan)
    made = leader_worker_set(
        plan,
        set_name(plan),
        leader=template(plan, leader(plan), {"app": plan.name, COMPONENT: "server"}, near),
        worker=template(plan, worker(plan), {"app": plan.name, COMPONENT: "worker"}, near),
    )
    if _has_subdomains(plan):
        # otherwise the controller makes a headless Service of the set's name, which is that of ours
        made["spec"]["networkConfig"] = {"subdomainPolicy": "UniquePerReplica"}
    if plan.stopped:
        made["spec"]["replicas"] = 0
    elif plan.autoscaling is None:
        made["spec"]["replicas"] = plan.service.scaling.min
    made["metadata"]["labels"].update(queue_labels(plan))
    if label := _exclusive(plan):
        made["metadata"].setdefault("annotations", {})[f"{_PREFIX}exclusive-topology"] = label
    return made


def _has_subdomains(plan: ServicePlan) -> bool:
    version = plan.cluster.components.lws.version or pinned("lws", plan.cluster.version_preset)
    return release(str(version)) >= release(_SUBDOMAIN_SINCE)


def _rolling(plan: ServicePlan) -> dict[str, Any]:
    if plan.recreates:
        return {"maxUnavailable": "100%", "maxSurge": 0}
    return dict(strategy(plan)["rollingUpdate"])


def _exclusive(plan: ServicePlan) -> str | None:
    """Label of the places of which a group has one for itself; Kueue finds them by its own means."""
    return None if plan.service.topology.placement.gang == "kueue" else topology_label(plan)


def _near(plan: ServicePlan) -> dict[str, str]:
    """Kueue looks for the place itself, for leader and workers as one."""
    label = topology_label(plan)
    if label is None or plan.service.topology.placement.gang != "kueue":
        return {}
    return {_REQUIRED_TOPOLOGY: label, _POD_SET_GROUP: plan.name}


def _selector(plan: ServicePlan) -> dict[str, str]:
    return {SERVICE_LABEL: plan.name, _WORKER_INDEX: "0"}


def _address(plan: ServicePlan) -> None:
    return None


LWS = Platform(
    name="lws",
    pods="{name}(-group)?-[0-9]+",
    rendezvous=RENDEZVOUS,
    selector=_selector,
    address=_address,
    objects=objects,
)
