# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-23: queues of Kueue, without which pods wait for an admission that nobody gives, and namespaces that it
manages, outside of which pods start without any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..._fleet import Problem
from ..._rules.finding import at, error
from ..facts import Facts, Object
from ..hooks import concerned
from ..pods import Wanted

CODE = "V-23"
GROUP = "kueue.x-k8s.io"


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    for one in services:
        placement = one.plan.service.topology.placement
        if placement.gang != "kueue" or placement.queue is None or facts.queues is None:
            continue
        path = at(one.plan, "topology.placement.queue")
        place = (one.plan.namespace, placement.queue)
        if place not in facts.queues:
            message = "the cluster does not serve LocalQueue: Kueue is not installed."
            yield error(CODE, path, message, "Install Kueue, or use gang: serial, which needs nothing.")
            continue
        queue = facts.queues[place]
        if queue is None:
            message = f"there is no LocalQueue {placement.queue} in namespace {one.plan.namespace}."
            yield error(CODE, path, message, "Create it, or name one that is there.")
        elif said := _inactive(queue):
            message = f"LocalQueue {placement.queue} admits nothing: {said}"
            yield error(CODE, path, message, "Look at its ClusterQueue.")
        elif _unmanaged(one, facts):
            message = f"Kueue's webhooks leave namespace {one.plan.namespace} out: pods would start unqueued."
            hint = "Add it to managed_namespaces of Kueue, or to the selector of whoever installed it."
            yield error(CODE, path, message, hint)


def _inactive(queue: Object) -> str:
    conditions = {each["type"]: each for each in (queue.get("status") or {}).get("conditions") or ()}
    active = conditions.get("Active", {})
    return str(active.get("message") or active.get("reason")) if active.get("status") == "False" else ""


def _unmanaged(one: Wanted, facts: Facts) -> bool:
    """Whether Kueue has webhooks for what others make, and none of them is asked about this service."""
    theirs = [each for each in facts.webhooks or () if _is_kueues(each)]
    return bool(theirs) and not concerned(theirs, [one], facts.namespaces)


def _is_kueues(configuration: Object) -> bool:
    """By the webhooks for its own kinds, which stand beside those for the kinds of others."""
    rules = [rule for webhook in configuration.get("webhooks") or () for rule in webhook.get("rules") or ()]
    return any(GROUP in (rule.get("apiGroups") or ()) for rule in rules)
