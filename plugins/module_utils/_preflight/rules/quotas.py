# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-24: quotas of a namespace that leave too little for the devices of its services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from ..._fleet import Problem
from ..._quantities import quantity
from ..._rules.finding import at, error
from ..facts import Facts
from ..pods import Wanted

CODE = "V-24"

REQUESTS = "requests."


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    by_namespace: dict[str, list[Wanted]] = defaultdict(list)
    for one in services:
        by_namespace[one.plan.namespace].append(one)
    for quota in facts.quotas or ():
        if quota["spec"].get("scopes") or quota["spec"].get("scopeSelector"):
            continue  # it counts some pods only
        here = by_namespace[quota["metadata"]["namespace"]]
        for name, limit in (quota["spec"].get("hard") or {}).items():
            resource = name.removeprefix(REQUESTS)
            if name.startswith(REQUESTS) and "/" in resource:
                yield from _exceeded(here, quota["metadata"]["name"], resource, quantity(limit))


def _exceeded(here: Sequence[Wanted], quota: str, resource: str, limit: Decimal) -> Iterator[Problem]:
    """What the services of this run ask together; what others use of the quota comes on top."""
    asked = [(one, _asked(one, resource)) for one in here]
    total = sum((amount for _one, amount in asked), Decimal(0))
    if total <= limit:
        return
    for one, amount in asked:
        if amount:
            message = (
                f"its pods need {amount:f} {resource}, and all services of namespace {one.plan.namespace} in"
                f" this run {total:f}; ResourceQuota {quota} allows {limit:f}."
            )
            yield error(CODE, at(one.plan), message, "Raise the quota, or run fewer copies.")


def _asked(one: Wanted, resource: str) -> Decimal:
    lots = (group.requests.get(resource, Decimal(0)) * group.count for group in one.pods if not group.before)
    return sum(lots, Decimal(0))
