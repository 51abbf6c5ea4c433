# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One plan for each service of a fleet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from .._catalogue.models import HUB_IDS
from .._engines import ENGINES
from .._fleet import Fleet, Service, Store
from .._platforms import platform_of
from .facts import ServicePlan

_PUBLIC_HUB = Store(name="huggingface", kind="hf")


def plan(
    fleet: Fleet, *, secret_states: Mapping[tuple[str, str], str] | None = None
) -> tuple[ServicePlan, ...]:
    """The plans of all services, in the order of the inventory.

    *secret_states* gives by namespace and name of a Secret an opaque text, such as a keyed hash, that changes
    when the Secret's content does; pods that read the Secret are then replaced.
    """
    return tuple(_plan(fleet, service, secret_states or {}) for service in fleet.services)


def _plan(fleet: Fleet, service: Service, secret_states: Mapping[tuple[str, str], str]) -> ServicePlan:
    canary = service.canary
    model = fleet.models[service.model]
    store = _PUBLIC_HUB if model.store is None else fleet.stores[model.store]
    if store.kind == "hf":
        model = replace(model, source=HUB_IDS.get(model.source, model.source))
    made = ServicePlan(
        fleet=fleet,
        service=service,
        model=model,
        store=store,
        engine=ENGINES[service.engine],
        platform=platform_of(service),
        secret_states=secret_states,
        role="both" if service.prefill is None else "decode",
        canary=None if canary is None else _plan(fleet, canary, secret_states),
    )
    if made.engine.before is not None:
        since, earlier = made.engine.before
        return made if made.engine_is_at_least(since) else replace(made, engine=earlier)
    return made
