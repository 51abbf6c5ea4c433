# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Models that a script of the user puts in place, as root with all rights on the node.

Kept for what was written for it. A mount that such a script makes is seen by itself alone: it has to copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._workload import Container, Workload, literal
from .kind import Location, StoreKind
from .local import RESOURCES, local_path, read_local, writable

if TYPE_CHECKING:
    from .._fleet import Fleet, Store
    from .._plan.facts import ServicePlan


def _locate(plan: ServicePlan) -> Location:
    return Location(delivery="script", path=local_path(plan, plan.model.source))


def _adapter(plan: ServicePlan, source: str) -> Location:
    return Location(delivery="script", path=local_path(plan, source))


def _attach(plan: ServicePlan, workload: Workload) -> Workload:
    given = plan.service.prescript
    if given is None:
        return workload
    script = Container(
        name="prescript",
        image=plan.relocated(f"{given.image}:{given.tag}"),
        pull_policy=plan.service.image_pull_policy,
        command=("/bin/sh", "-c"),
        args=(literal(given.script),),
        resources=RESOURCES,
        mounts=(writable(plan),),
        privileged=True,
    )
    return read_local(plan, workload).with_init((script,))


def _objects(fleet: Fleet, store: Store) -> list[dict[str, Any]]:
    return []


PRESCRIPT = StoreKind(locate=_locate, adapter=_adapter, attach=_attach, objects=_objects)
"""In the place of the store's own kind, with delivery ``legacy-prescript``."""
