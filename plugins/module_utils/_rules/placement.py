# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-03: what binds the pods of a copy together, and where it can."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .finding import Plans, at, error

CODE = "V-03"

QUEUED = ("kueue", "volcano")
ONE_TEMPLATE = ("lws", "llmd")
"""Platforms on which the pods of all copies have the same labels, so none tells one copy from the other."""

_LABEL = re.compile(r"([a-z0-9]([-.a-z0-9]*[a-z0-9])?/)?[A-Za-z0-9]([-._A-Za-z0-9]{0,61}[A-Za-z0-9])?")


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        yield from _gang(plan)
        yield from _queue(plan)
        yield from _colocate(plan)


def _gang(plan: ServicePlan) -> Iterator[Problem]:
    gang, path = plan.service.topology.placement.gang, at(plan, "topology.placement.gang")
    if gang == "kueue" and plan.platform.name == "leader-workers":
        message = (
            "Kueue holds the pods of a group until each has a successor, and a rank has none before it is"
            " gone: the first update would wait for ever."
        )
        yield error(CODE, path, message, "Use platform: lws, or gang: volcano, coscheduling or serial.")
    if gang in ("none", "kueue"):
        return  # a queue counts GPUs whatever the pods
    if plan.pods_per_copy == 1:
        message = f"{gang} has no effect: a copy is one pod, which gets all of its GPUs or none."
        yield error(CODE, path, message, "Write gang: none, or gang: kueue for a queue.")
    elif gang == "coscheduling" and plan.platform.name in ONE_TEMPLATE:
        message = f"coscheduling cannot tell the copies of platform {plan.platform.name} apart."
        yield error(CODE, path, message, "Use gang: kueue, volcano or serial.")
    elif gang == "serial" and plan.platform.name == "llmd":
        message = "serial counts copies, and platform llmd has several kinds of them."
        yield error(CODE, path, message, "Use gang: kueue or volcano.")
    elif gang == "serial" and plan.autoscaling is not None:
        message = (
            f"serial starts copies one by one, and metric {plan.service.scaling.metric} several at once."
        )
        yield error(CODE, path, message, "Use gang: kueue or volcano, or metric: none.")


def _queue(plan: ServicePlan) -> Iterator[Problem]:
    placement, path = plan.service.topology.placement, at(plan, "topology.placement.queue")
    if placement.gang == "kueue" and placement.queue is None:
        hint = "Write the name of a LocalQueue of the service's namespace."
        yield error(CODE, path, "is missing for gang: kueue.", hint)
    if placement.queue is not None and placement.gang not in QUEUED:
        hint = f"Remove it, or write gang: {' or '.join(QUEUED)}."
        yield error(CODE, path, f"{placement.queue} has no effect with gang: {placement.gang}.", hint)


def _colocate(plan: ServicePlan) -> Iterator[Problem]:
    colocate, path = plan.service.topology.placement.colocate, at(plan, "topology.placement.colocate")
    if colocate in ("none", ""):
        return
    if not _LABEL.fullmatch(colocate):
        hint = "Write none, node, or the key of a node label such as topology.kubernetes.io/rack."
        yield error(CODE, path, f"{colocate} is no key of a label.", hint)
    elif plan.platform.name == "llmd":
        hint = "Remove it, or use platform: lws."
        yield error(CODE, path, f"{colocate} has no effect on platform llmd.", hint)
    elif plan.pods_per_copy == 1:
        message = f"{colocate} has no effect: a copy is one pod."
        yield error(CODE, path, message, "Remove it, or write topology.pods: per-gpu or per-node.")
