# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The webhooks that our objects and their pods go through when they are made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._cluster import Client
from .._webhooks import ADMISSION, Subject, Webhook, meets, passed_over
from .facts import Object
from .pods import Wanted

INFERENCE_SERVICE = "serving.kserve.io/inferenceservice"
"""Label that KServe gives the pods of an InferenceService, and by which its own webhook chooses them."""


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
        and any(meets(webhook, subject, namespaces) for subject in subjects)
    ]


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


def _plural(kind: str) -> str:
    return f"{kind.lower()}s"
