# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-13: what a path names must be mounted where the path says."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from .._engines.kv_offload import cache_devices, directory
from .._fleet import Fleet, Problem
from .._fleet.records.stores import VOLUMES
from .._plan import ServicePlan
from .finding import Plans, at, error, warning

CODE = "V-13"


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        cache = plan.service.cache.store
        if cache and fleet.stores[cache].kind not in VOLUMES:
            message = f"store {cache} of kind {fleet.stores[cache].kind} cannot be mounted."
            yield error(CODE, at(plan, "cache.store"), message, f"Name a store of kind {', '.join(VOLUMES)}.")
        yield from _adapters(plan)
    yield from _sources(fleet)
    yield from _unused(fleet)


def _sources(fleet: Fleet) -> Iterator[Problem]:
    for model in fleet.models.values():
        if ".." in model.source.split("/"):
            hint = "Write a path below the store."
            yield error(CODE, f"llm_models[{model.name}].source", f"{model.source} leaves the store.", hint)


def _adapters(plan: ServicePlan) -> Iterator[Problem]:
    written = [adapter for adapter in plan.served_adapters if adapter.path]
    if not written or not plan.engine.loads_model:
        return
    mounts = sorted({mount.path for mount in plan.workload.main.mounts} | _fetched(plan) | _devices(plan))
    for adapter in written:
        path = str(adapter.path)
        if not any(_below(path, mount) for mount in mounts):
            message = f"{path} is under no mount of service {plan.name} (mounts: {', '.join(mounts)})."
            where = f"llm_models[{plan.model.name}].adapters[{adapter.name}].path"
            hint = "Put the adapter into the model's store and name it by source, or mount a store there."
            yield error(CODE, where, message, hint)


def _fetched(plan: ServicePlan) -> set[str]:
    """Where the platform puts the model."""
    return {plan.platform.model_dir} if plan.platform.model_dir and plan.location.uri else set()


def _devices(plan: ServicePlan) -> set[str]:
    """Where the device plugin mounts a cache device."""
    return {directory(plan)} if cache_devices(plan) else set()


def _below(path: str, mount: str) -> bool:
    path = posixpath.normpath(path)
    return path == mount or path.startswith(mount.rstrip("/") + "/")


def _unused(fleet: Fleet) -> Iterator[Problem]:
    used = {model.store for model in fleet.models.values()}
    used |= {service.cache.store for service in fleet.services}
    for store in fleet.stores.values():
        if store.kind in VOLUMES and store.name not in used:
            message = "no pod mounts it: it is the store of no model and the cache of no service."
            yield warning(
                CODE, f"llm_stores[{store.name}]", message, "Name it in llm_models[].store or cache.store."
            )
