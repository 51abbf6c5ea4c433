# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Hugging Face hub, or a mirror of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._workload import Workload
from .kind import ADAPTERS, Location, StoreKind

if TYPE_CHECKING:
    from .._fleet import Fleet, Store
    from .._plan.facts import ServicePlan


def _locate(plan: ServicePlan) -> Location:
    """The platform fetches from the public hub only and knows no cache; else the engine fetches by itself."""
    store, model = plan.store, plan.model
    plain = store.endpoint is None and not store.offline and plan.service.cache.store is None
    if plan.platform.model_dir is not None and plain:
        revision = f":{model.revision}" if model.revision else ""
        return Location(delivery="uri", path=plan.platform.model_dir, uri=f"hf://{model.source}{revision}")
    return Location(delivery="hub", path=model.source)


def _adapter(plan: ServicePlan, source: str) -> Location:
    if plan.location.delivery == "uri":
        return Location(delivery="uri", path=f"{ADAPTERS}/{source}", uri=f"hf://{source}")
    return Location(delivery="hub", path=source)


def _attach(plan: ServicePlan, workload: Workload) -> Workload:
    return workload


def _objects(fleet: Fleet, store: Store) -> list[dict[str, Any]]:
    return []


HUB = StoreKind(locate=_locate, adapter=_adapter, attach=_attach, objects=_objects)
