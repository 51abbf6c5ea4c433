# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-23: webhooks that would change our objects and do not answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ..._fleet import Problem
from ..._rules.finding import at, error
from ..facts import Facts
from ..hooks import behind, concerned
from ..pods import Wanted

CODE = "V-23"

NOT_WEBHOOKED = frozenset(("kube-system",))


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    """A webhook whose failure is ignored is the worse one: pods start without what it would have added."""
    for one in services:
        if not one.objects:
            continue
        for webhook in concerned(facts.webhooks or (), [one]):
            place = next(behind([webhook]), None)
            if place is None or facts.endpoints.get(place) != 0 or _selects_others(webhook):
                continue
            ignored = webhook.get("failurePolicy") == "Ignore"
            effect = (
                "objects would be made without what it adds"
                if ignored
                else "the API server would refuse objects"
            )
            message = (
                f"webhook {webhook['name']} does not answer: Service {'/'.join(place)} has no ready endpoint;"
            )
            hint = "Wait until its pods are ready, or repair them."
            yield error(CODE, at(one.plan), f"{message} {effect}.", hint)


def _selects_others(webhook: dict[str, Any] | Any) -> bool:
    """A webhook for chosen objects or namespaces only; whether ours are among them is not told here."""
    return bool(webhook.get("objectSelector")) or bool(webhook.get("namespaceSelector"))
