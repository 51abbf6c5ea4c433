# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Deployment for each pod of a copy: one leader, which takes requests, and its workers.

All pods of a copy run on GPUs of one product. Of several products, each has as many copies as are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .._fleet.option import Names
from .._names import PREFIX, SERVICE_LABEL
from .._workload import Rendezvous, Workload
from .account import account
from .copies import COMPONENT, leader, template, together, worker
from .gang import Gang, gang
from .job import jobs
from .platform import Platform
from .pod import config_maps, metadata

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

_RANK = "pod-rank"
_COPY = PREFIX + "copy"
_LEADER_RANK = "0"


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One copy of the model: a plan whose GPUs are all of one product, and the name of its objects."""

    name: str
    plan: ServicePlan

    @property
    def labels(self) -> dict[str, str]:
        return {SERVICE_LABEL: self.plan.name, _COPY: self.name}


def copies(plan: ServicePlan) -> Iterator[Copy]:
    """As many of each product as are asked for. The first has no number, so it stays when others come."""
    products = plan.service.gpu.product or ("",)
    for product in products:
        base = f"{plan.name}-{_slug(product)}" if len(products) > 1 else plan.name
        single = _of_product(plan, product) if len(products) > 1 else plan
        for number in range(1, max(plan.service.scaling.min, 1) + 1):
            yield Copy(name=numbered(base, number), plan=single)


def numbered(first: str, number: int) -> str:
    """Name of a copy, by that of the first of its product."""
    return first if number == 1 else f"{first}-{number}"


def copy_of(obj: Mapping[str, Any]) -> str | None:
    """Name of the copy that the Deployment is a part of."""
    return _identity(obj).get(_COPY)


def is_leader(obj: Mapping[str, Any]) -> bool:
    return copy_of(obj) is not None and _identity(obj)[_RANK] == _LEADER_RANK


def _identity(obj: Mapping[str, Any]) -> dict[str, str]:
    return dict(obj["spec"]["selector"]["matchLabels"]) if obj["kind"] == "Deployment" else {}


def objects(plan: ServicePlan) -> list[dict[str, Any]]:
    made = list(copies(plan))
    plans = list({id(copy.plan): copy.plan for copy in made}.values())
    wanted = {job.name: job for each in plans for job in each.workload.jobs}
    files = {obj["metadata"]["name"]: obj for each in plans for obj in config_maps(each)}
    return [
        *files.values(),
        *account(plan),
        *jobs(plan, wanted.values()),
        *(obj for copy in made for obj in _objects(copy)),
    ]


def _objects(copy: Copy) -> list[dict[str, Any]]:
    plan, bond = copy.plan, gang(copy.plan, copy.name)
    ranks = [_deployment(copy, bond, rank=0, name=f"{copy.name}-leader", workload=leader(plan))]
    ranks += [
        _deployment(copy, bond, rank=rank, name=f"{copy.name}-worker{rank}", workload=worker(plan))
        for rank in range(1, plan.pods_per_copy)
    ]
    return [*bond.objects, *ranks]


def _deployment(copy: Copy, bond: Gang, *, rank: int, name: str, workload: Workload) -> dict[str, Any]:
    """The old pod is gone before the new one starts: a copy with a pod too many does not start."""
    plan = copy.plan
    identity = {**copy.labels, _RANK: str(rank)}
    labels = {**identity, "app": plan.name, COMPONENT: "worker" if rank else "server", **bond.labels}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": _labelled(metadata(plan, name), {"app": plan.name, _RANK: str(rank)}),
        "spec": {
            "replicas": 0 if plan.stopped else 1,
            "selector": {"matchLabels": identity},
            "strategy": {"type": "Recreate"},
            "progressDeadlineSeconds": plan.progress_deadline,
            "template": template(plan, together(plan, workload, copy.labels), labels, bond.annotations),
        },
    }


def _labelled(made: dict[str, Any], labels: dict[str, str]) -> dict[str, Any]:
    return {**made, "labels": {**made["labels"], **labels}}


def _of_product(plan: ServicePlan, product: str) -> ServicePlan:
    gpu = replace(plan.service.gpu, product=Names((product,)))
    return replace(plan, service=replace(plan.service, gpu=gpu))


def _slug(product: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", product.lower()).strip("-")


def _selector(plan: ServicePlan) -> dict[str, str]:
    return {SERVICE_LABEL: plan.name, "app": plan.name, COMPONENT: "server", _RANK: _LEADER_RANK}


def _address(plan: ServicePlan) -> None:
    return None


LEADER_WORKERS = Platform(
    name="leader-workers",
    pods="{name}(-[a-z0-9-]+)?-leader-[a-z0-9]+-[a-z0-9]+",
    rendezvous=Rendezvous(leader="", rank="", rank_label=_RANK, copy_labels=(SERVICE_LABEL, _COPY)),
    selector=_selector,
    address=_address,
    objects=objects,
)
