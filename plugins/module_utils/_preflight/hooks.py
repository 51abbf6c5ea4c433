# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The webhooks that our objects and their pods go through when they are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

from .._cluster import Client
from .._gpu_nodes.matching import matches
from .facts import Object, Place
from .pods import Wanted

ADMISSION = "admissionregistration.k8s.io/v1"
MADE = {"CREATE", "*"}
INFERENCE_SERVICE = "serving.kserve.io/inferenceservice"
"""Label that KServe gives the pods of an InferenceService, and by which its own webhook chooses them."""
Webhook = Mapping[str, Any]
Labels = Mapping[str, str]
Subject: TypeAlias = "tuple[str, str, str, Labels | None]"
"""API group, plural and namespace of what will be made, and its labels where they are known."""


def registered(client: Client) -> list[Object]:
    """All that change objects, and those of the others without which none is made."""
    checking = client.list(ADMISSION, "ValidatingWebhookConfiguration")
    return [
        *client.list(ADMISSION, "MutatingWebhookConfiguration"),
        *(
            {**each, "webhooks": [one for one in each.get("webhooks") or () if not passed_over(one)]}
            for each in checking
        ),
    ]


def passed_over(webhook: Webhook) -> bool:
    """Whether the API server goes on without its answer."""
    return webhook.get("failurePolicy") == "Ignore"


def concerned(
    configurations: Iterable[Object],
    services: Sequence[Wanted],
    namespaces: Mapping[str, Object | None],
) -> list[Webhook]:
    """Webhooks for what the services make: those of their kinds, namespaces and labels. Where that cannot be
    told from here (labels that others give, conditions in CEL) a webhook is left out."""
    subjects = [subject for one in services for subject in _subjects(one)]
    return [
        webhook
        for configuration in configurations
        for webhook in configuration.get("webhooks") or ()
        if not webhook.get("matchConditions")
        and any(_meets(webhook, subject, namespaces) for subject in subjects)
    ]


def goes_through(configuration: Object, pod: Object, namespace: Object | None) -> bool:
    """Whether a pod that is there went through one of these webhooks when it was made."""
    metadata = pod["metadata"]
    subject = ("", "pods", metadata["namespace"], metadata.get("labels") or {})
    return any(
        not webhook.get("matchConditions") and _meets(webhook, subject, {metadata["namespace"]: namespace})
        for webhook in configuration.get("webhooks") or ()
    )


def behind(webhooks: Iterable[Webhook]) -> Iterator[Place]:
    """The Services where they answer."""
    for webhook in webhooks:
        service = webhook["clientConfig"].get("service")
        if service:
            yield service["namespace"], service["name"]


def _subjects(one: Wanted) -> Iterator[Subject]:
    for obj in one.objects:
        metadata = obj["metadata"]
        place, labels = str(metadata.get("namespace") or ""), metadata.get("labels") or {}
        yield obj["apiVersion"].rpartition("/")[0], _plural(obj["kind"]), place, labels
        if obj["kind"] == "InferenceService":
            yield "", "pods", place, {INFERENCE_SERVICE: metadata["name"]}
        for template in _templates(obj.get("spec")):
            yield "", "pods", place, (template.get("metadata") or {}).get("labels") or {}
    for group in one.pods:
        yield "", "pods", group.namespace, None


def _templates(value: Any) -> Iterator[Mapping[str, Any]]:
    """What of an object becomes a pod."""
    if not isinstance(value, Mapping):
        return
    for key, below in value.items():
        if key.lower().endswith("template") and isinstance(below, Mapping) and "spec" in below:
            yield below
        else:
            yield from _templates(below)


def _meets(webhook: Webhook, subject: Subject, namespaces: Mapping[str, Object | None]) -> bool:
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


def _plural(kind: str) -> str:
    return f"{kind.lower()}s"
