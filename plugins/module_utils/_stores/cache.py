# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cache of downloads from the hub, on a store that is a volume."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from .._workload import Mount, Workload
from .prewarm import prewarm_jobs
from .volume import claim_volume

if TYPE_CHECKING:
    from .._fleet import Store
    from .._plan.facts import ServicePlan

_BESIDE_THE_MODEL = "/mnt/cache"


def cache_directory(plan: ServicePlan) -> str | None:
    """The directory of the cache in the pod."""
    store = plan.cache_store
    return None if store is None else posixpath.join(_mount_path(plan, store), plan.service.cache.path)


def attach_cache(plan: ServicePlan, workload: Workload) -> Workload:
    """The workload with its cache, which it fills by itself unless that was done before or by a Job."""
    store = plan.cache_store
    if store is None:
        return workload
    read_only = plan.service.cache.prewarm or plan.engine.converts
    path = _mount_path(plan, store)
    mount = Mount(volume="cache", path=path, read_only=read_only)
    mounted = workload.with_mounts((claim_volume("cache", store, read_only=read_only), mount))
    return replace(mounted, jobs=mounted.jobs + prewarm_jobs(plan, store, path))


def _mount_path(plan: ServicePlan, store: Store) -> str:
    """Where the store is always seen, unless the model is there."""
    return _BESIDE_THE_MODEL if plan.location.path.startswith(store.mount_path) else store.mount_path
