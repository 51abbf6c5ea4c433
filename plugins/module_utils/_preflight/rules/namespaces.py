# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-23: namespaces that are not there, or on their way out, and pods that their level does not admit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..._fleet import Problem
from ..._rules.finding import at, error
from ..facts import Facts, Object
from ..pods import PodGroup, Wanted
from ..standards import LABEL, violations

CODE = "V-23"


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    for one in services:
        name, path = one.plan.namespace, at(one.plan, "namespace")
        described = {each.name: each for each in one.plan.cluster.namespaces}.get(name)
        live = facts.namespaces.get(name)
        if name in facts.namespaces and live is None and not (described and described.create):
            hint = "Describe it in llm_cluster.namespaces with create: true, or create it."
            yield error(CODE, path, f"namespace {name} does not exist.", hint)
        elif live is not None and live.get("status", {}).get("phase") == "Terminating":
            yield error(CODE, path, f"namespace {name} is being deleted.", "Wait until it is gone.")
        else:
            labels = dict(described.labels) if described else {}
            yield from _refused(one, {**_labels(live), **labels}.get(LABEL, ""))


def _labels(namespace: Object | None) -> dict[str, str]:
    return dict((namespace or {}).get("metadata", {}).get("labels") or {})


def _refused(one: Wanted, level: str) -> Iterator[Problem]:
    for group in one.pods:
        found = violations(group.spec, level)
        if found:
            message = f"namespace {one.plan.namespace} enforces {level}, which refuses the pods of"
            hint = "Change what asks for it, or use a namespace of a lower level."
            yield error(CODE, at(one.plan), f"{message} {group.origin}: {'; '.join(found)}.", hint)
        elif level == "restricted" and group.fetched:
            yield _fetched(one, group)


def _fetched(one: Wanted, group: PodGroup) -> Problem:
    """Seen with KServe 0.20: nothing but events of the ReplicaSet would say so."""
    message = (
        f"namespace {one.plan.namespace} enforces restricted, and the container in which KServe fetches the"
        f" model of {group.origin} is not restricted."
    )
    hint = "Use a store on a volume, a ClusterStorageContainer that is restricted, or another namespace."
    return error(CODE, at(one.plan), message, hint)
