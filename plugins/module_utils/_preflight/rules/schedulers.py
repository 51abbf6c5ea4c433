# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-23: schedulers that pods name, and shares of GPUs that only HAMi's scheduler knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..._fleet import Problem
from ..._plan.gpu import resource_names
from ..._rules.finding import at, error, warning
from ..facts import Facts, Object
from ..pods import PodGroup, Wanted

CODE = "V-23"

DEFAULT = "default-scheduler"
HAMI_WEBHOOK = "vgpu.hami.io"


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    for one in services:
        for name in sorted({group.spec.get("schedulerName") or "" for group in one.pods}):
            if name and name != DEFAULT and facts.deployments is not None and not _runs(name, facts):
                message = f"no Deployment in the cluster runs scheduler {name}; its pods would wait for ever."
                hint = "Install it, or leave topology.placement.scheduler out."
                yield error(CODE, at(one.plan, "topology.placement.scheduler"), message, hint)
        for group in one.pods:
            yield from _shared(one, group, facts)


def _runs(name: str, facts: Facts) -> bool:
    """A bound pod of it, or a Deployment that carries its name and has a ready pod."""
    if any(
        pod["spec"].get("schedulerName") == name for pod in facts.pods or () if pod["spec"].get("nodeName")
    ):
        return True
    return any(_is_scheduler(each, name) for each in facts.deployments or ())


def _is_scheduler(deployment: Object, name: str) -> bool:
    if not deployment.get("status", {}).get("readyReplicas"):
        return False
    if deployment["metadata"]["name"] in (name, f"{name}-scheduler"):
        return True
    words = [
        word
        for container in deployment["spec"]["template"]["spec"]["containers"]
        for word in (container["name"], *(container.get("command") or ()), *(container.get("args") or ()))
    ]
    return any(word == name or word.endswith(f"={name}") for word in words)


def _shared(one: Wanted, group: PodGroup, facts: Facts) -> Iterator[Problem]:
    if one.plan.gpu_mode != "vgpu" or facts.webhooks is None:
        return
    if group.spec.get("schedulerName", DEFAULT) != DEFAULT:
        return
    names = resource_names(one.plan.cluster)
    asked = [names[what] for what in ("memory_percent", "memory") if names.get(what) in group.requests]
    there = {name for node in facts.nodes or () for name in node.get("status", {}).get("allocatable") or ()}
    shares = [name for name in asked if name not in there]
    if _rewrites(facts) or (asked and not shares):
        return
    scheduler = one.plan.cluster.components.hami.scheduler
    hint = f"Set topology.placement.scheduler: {scheduler}, or install HAMi with its webhook."
    path = at(one.plan, "topology.placement.scheduler")
    if shares:
        message = (
            f"{', '.join(shares)} is no resource of any node: without HAMi's scheduler, and without its"
            f" webhook {HAMI_WEBHOOK} to choose it, the pods would wait for ever."
        )
        yield error(CODE, path, message, hint)
    else:
        message = "shares of GPUs are asked for, and the default scheduler does not divide them."
        yield warning(CODE, path, message, hint)


def _rewrites(facts: Facts) -> bool:
    return any(
        webhook["name"] == HAMI_WEBHOOK and webhook["clientConfig"].get("caBundle")
        for configuration in facts.webhooks or ()
        for webhook in configuration.get("webhooks") or ()
    )
