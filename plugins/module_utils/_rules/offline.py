# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-26: a hub that cannot be reached gives no models."""

from __future__ import annotations

from collections.abc import Iterator

from .._fleet import Fleet, Problem
from .finding import Plans, error

CODE = "V-26"


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    told: set[str] = set()
    for plan in plans:
        model, store, cache = plan.model, plan.store, plan.service.cache
        if not plan.engine.loads_model or store.kind != "hf" or not store.offline or model.name in told:
            continue
        if not (cache.store and cache.prewarm):
            told.add(model.name)
            message = f"{model.source} is a hub id, but store {store.name} is offline."
            hint = "Put the model into a pvc, nfs, csi or s3 store and name the path there,"
            hint += " or warm the cache first and mark it (cache.prewarm: true)."
            yield error(CODE, f"llm_models[{model.name}].source", message, hint)
