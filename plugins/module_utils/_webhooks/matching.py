# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A webhook's own choice: by operations, namespaces and labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from .._gpu_nodes.matching import matches

ADMISSION = "admissionregistration.k8s.io/v1"
MADE = {"CREATE", "*"}
Object = Mapping[str, Any]
Webhook = Mapping[str, Any]
Labels = Mapping[str, str]
Subject: TypeAlias = "tuple[str, str, str, Labels | None]"
"""API group, plural and namespace of what will be made, and its labels where they are known."""


def passed_over(webhook: Webhook) -> bool:
    """Whether the API server goes on without its answer."""
    return webhook.get("failurePolicy") == "Ignore"


def goes_through(configuration: Object, pod: Object, namespace: Object | None) -> bool:
    """Whether a pod that is there went through one of these webhooks when it was made."""
    metadata = pod["metadata"]
    subject = ("", "pods", metadata["namespace"], metadata.get("labels") or {})
    return any(
        not webhook.get("matchConditions") and meets(webhook, subject, {metadata["namespace"]: namespace})
        for webhook in configuration.get("webhooks") or ()
    )


def behind(webhooks: Iterable[Webhook]) -> Iterator[tuple[str, str]]:
    """Namespaces and names of the Services where they answer."""
    for webhook in webhooks:
        service = webhook["clientConfig"].get("service")
        if service:
            yield service["namespace"], service["name"]


def meets(webhook: Webhook, subject: Subject, namespaces: Mapping[str, Object | None]) -> bool:
    """Whether it is asked about the subject, conditions in CEL aside."""
    group, plural, place, labels = subject
    if not any(_covers(rule, group, plural) for rule in webhook.get("rules") or ()):
        return False
    home = ((namespaces.get(place) or {}).get("metadata") or {}).get("labels") or {}
    if place and not _selects(
        webhook.get("namespaceSelector"), {"kubernetes.io/metadata.name": place, **home}
    ):
        return False
    chosen = webhook.get("objectSelector")
    return _selects(chosen, labels) if labels is not None else not chosen


def _selects(selector: Mapping[str, Any] | None, labels: Labels) -> bool:
    wanted = (selector or {}).get("matchLabels") or {}
    expressions = (selector or {}).get("matchExpressions") or ()
    return wanted.items() <= labels.items() and all(matches(one, labels) for one in expressions)


def _covers(rule: Mapping[str, Any], group: str, plural: str) -> bool:
    groups, resources = rule.get("apiGroups") or (), rule.get("resources") or ()
    return (
        bool(MADE & set(rule.get("operations") or ("*",)))
        and (group in groups or "*" in groups)
        and (plural in resources or "*" in resources or "*/*" in resources)
    )
