# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rollout needs to be allowed, and what of it is not: verb by verb, before anything is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .._apply import ObjectSet
from .._cluster import Client
from .._objects import service_objects
from .._plan import ServicePlan
from .._rights import Rights, for_sets, missing, on_kind
from .._sets import namespace_sets
from .pods import Wanted, wanted

REVISIONS = ("list", "create", "patch", "delete")
"""What was applied is kept beside it, and read when it is applied again."""


def rights(client: Client, plans: Iterable[ServicePlan]) -> Rights:
    """For rolling these services out, looking at them, and removing them."""
    return _needed(client, [wanted(plan, service_objects(plan)) for plan in plans])


def missing_rights(client: Client, services: Sequence[Wanted]) -> tuple[str, ...]:
    return tuple(str(right) for right in missing(client, _needed(client, services)))


def _needed(client: Client, services: Sequence[Wanted]) -> Rights:
    names = {one.plan.namespace for one in services}
    described = [each for one in services[:1] for each in namespace_sets(one.plan.fleet)]
    sets = [
        ObjectSet(
            name=one.plan.name, namespace=one.plan.namespace, objects=[dict(obj) for obj in one.objects]
        )
        for one in services
    ]
    needed = for_sets(client, [*(one for one in described if one.namespace in names), *sets])
    for home in names:
        needed |= on_kind(client, "apps/v1", "ControllerRevision", REVISIONS, home)
    for home in {one.plan.namespace for one in services if one.plan.read_secrets}:
        needed |= on_kind(client, "v1", "Secret", ("get",), home)
    return needed
