# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of them the account lacks: one review a namespace, and what its answer does not settle singly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from .._apply import Diagnosis, Refused
from .._cluster import Client
from .right import RBAC, Right, Rights

REVIEWS = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"


def missing(client: Client, rights: Rights) -> tuple[Right, ...]:
    """What the account may not do of it. Who may do everything is asked but once."""
    if client.can_i("*", "*", "*"):
        return ()
    lacking = _lacking(client, rights.used)
    ungiven = _lacking(client, rights.given - rights.used)
    if ungiven and not _may_escalate(client):
        lacking += ungiven
    return tuple(sorted(lacking))


def demand(client: Client, rights: Rights, *, of: str) -> None:
    """Raises Refused with every right that is missing."""
    lacking = missing(client, rights)
    if lacking:
        raise Refused(
            [
                Diagnosis(
                    code="Forbidden",
                    object=of,
                    message=f"the account may not {right}.",
                    hint="Grant it to the account that runs the play; mode: rights prints all that it needs.",
                )
                for right in lacking
            ]
        )


def _lacking(client: Client, rights: Iterable[Right]) -> list[Right]:
    by_namespace: dict[str, list[Right]] = defaultdict(list)
    for right in rights:
        by_namespace[right.namespace].append(right)

    def look(namespace: str) -> list[Right]:
        """A review of a namespace says nothing of objects outside of namespaces."""
        needed = by_namespace[namespace]
        if namespace:
            rules = _rules(client, namespace)
            needed = [right for right in needed if not any(_allows(rule, right) for rule in rules)]
        return needed

    unsettled = [right for found in client.in_parallel(look, sorted(by_namespace)) for right in found]
    answers = client.in_parallel(lambda right: _may(client, right), unsettled)
    return [right for right, allowed in zip(unsettled, answers, strict=True) if not allowed]


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
    place, name = right.namespace or None, right.name or None
    return bool(client.can_i(right.verb, right.group, right.resource, place, name=name))


def _may_escalate(client: Client) -> bool:
    return all(
        client.can_i(verb, RBAC, plural)
        for verb in ("escalate", "bind")
        for plural in ("clusterroles", "roles")
    )
