# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rollout needs to be allowed, and what of it is not: verb by verb, before anything is written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._cluster import Client, NotServed
from .pods import Wanted

OWNED = ("get", "list", "watch", "create", "patch", "delete")
"""What is done with the kinds of a service: applied, awaited, pruned."""

ALWAYS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("", "configmaps", ("get", "list", "create", "patch", "delete")),  # the parents of sets
    ("apps", "controllerrevisions", ("list", "create", "patch", "delete")),
    ("", "pods", ("list", "watch")),
    ("", "events", ("list",)),
)
"""What every service needs in its namespace: group, resource, verbs."""

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"


@dataclass(frozen=True, order=True)
class Right:
    verb: str
    group: str
    resource: str
    namespace: str

    def __str__(self) -> str:
        plural = f"{self.resource}.{self.group}" if self.group else self.resource
        place = f" in namespace {self.namespace}" if self.namespace else ""
        return f"{self.verb} {plural}{place}"


def missing_rights(client: Client, services: Sequence[Wanted]) -> tuple[str, ...]:
    """One review a namespace; what its answer does not settle is asked singly."""
    by_namespace: dict[str, list[Right]] = defaultdict(list)
    for right in sorted(set(_needed(client, services))):
        by_namespace[right.namespace].append(right)

    def look(namespace: str) -> list[Right]:
        needed = by_namespace[namespace]
        if namespace:
            rules = _rules(client, namespace)
            needed = [right for right in needed if not any(_allows(rule, right) for rule in rules)]
        return [right for right in needed if not _may(client, right)]

    lacking = client.in_parallel(look, sorted(by_namespace))
    return tuple(str(right) for rights in lacking for right in rights)


def _needed(client: Client, services: Sequence[Wanted]) -> Iterator[Right]:
    for one in services:
        home = one.plan.namespace
        for group, resource, verbs in ALWAYS:
            yield from (Right(verb, group, resource, home) for verb in verbs)
        if one.plan.read_secrets:
            yield Right("get", "", "secrets", home)
        for obj in one.objects:
            try:
                served = client.resource(obj["apiVersion"], obj["kind"])
            except NotServed:
                continue
            place = str(obj["metadata"].get("namespace") or "")
            yield from (Right(verb, served.group, served.plural, place) for verb in OWNED)
    described = {each.name for one in services[:1] for each in one.plan.cluster.namespaces}
    if described & {one.plan.namespace for one in services}:
        yield from (Right(verb, "", "namespaces", "") for verb in ("get", "create", "patch"))


def _rules(client: Client, namespace: str) -> list[Mapping[str, Any]]:
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectRulesReview",
        "spec": {"namespace": namespace},
    }
    status = client.request("POST", REVIEWS, body=review).get("status") or {}
    return list(status.get("resourceRules") or ())


def _allows(rule: Mapping[str, Any], right: Right) -> bool:
    """Whether a rule gives the right for every object of the kind."""
    return (
        not rule.get("resourceNames")
        and _among(right.verb, rule.get("verbs"))
        and _among(right.group, rule.get("apiGroups"))
        and _among(right.resource, rule.get("resources"))
    )


def _among(wanted: str, given: Iterable[str] | None) -> bool:
    names = set(given or ())
    return wanted in names or "*" in names


def _may(client: Client, right: Right) -> bool:
    return bool(client.can_i(right.verb, right.group, right.resource, right.namespace or None))
