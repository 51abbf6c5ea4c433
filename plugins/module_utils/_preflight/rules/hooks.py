# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-23: webhooks that our objects go through and that do not answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..._fleet import Problem
from ..._rules.finding import at, error
from ..._webhooks import behind, passed_over
from ..facts import Facts
from ..hooks import concerned
from ..pods import Wanted

CODE = "V-23"


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    """A webhook whose failure is ignored is the worse one: pods start without what it would have added."""
    for one in services:
        for webhook in concerned(facts.webhooks or (), [one], facts.namespaces):
            place = next(behind([webhook]), None)
            if place is None or facts.endpoints.get(place) != 0:
                continue
            effect = (
                "objects would be made without what it adds"
                if passed_over(webhook)
                else "the API server would refuse objects"
            )
            message = (
                f"webhook {webhook['name']} does not answer: Service {'/'.join(place)} has no ready endpoint;"
            )
            hint = "Wait until its pods are ready, or repair them."
            yield error(CODE, at(one.plan), f"{message} {effect}.", hint)
