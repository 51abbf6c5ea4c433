# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mutating webhooks that our objects and their pods go through."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .facts import Object, Place
from .pods import Wanted

Webhook = Mapping[str, Any]


def concerned(configurations: Iterable[Object], services: Sequence[Wanted]) -> list[Webhook]:
    """Webhooks with a rule for pods, or for a kind of our objects."""
    objects = [obj for one in services for obj in one.objects]
    ours = {(obj["apiVersion"].rpartition("/")[0], _plural(obj["kind"])) for obj in objects}
    kinds = ours | {("", "pods")}
    return [
        webhook
        for configuration in configurations
        for webhook in configuration.get("webhooks") or ()
        if any(_covers(rule, kinds) for rule in webhook.get("rules") or ())
    ]


def behind(webhooks: Iterable[Webhook]) -> Iterator[Place]:
    """The Services where they answer."""
    for webhook in webhooks:
        service = webhook["clientConfig"].get("service")
        if service:
            yield service["namespace"], service["name"]


def _covers(rule: Mapping[str, Any], kinds: set[tuple[str, str]]) -> bool:
    groups, resources = rule.get("apiGroups") or (), rule.get("resources") or ()
    return any(
        (group in groups or "*" in groups) and (plural in resources or "*" in resources)
        for group, plural in kinds
    )


def _plural(kind: str) -> str:
    return f"{kind.lower()}s"
