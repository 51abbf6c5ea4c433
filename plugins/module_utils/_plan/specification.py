# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service is, in the inventory's own keys: comparable between clusters, and by a hash over time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from .._catalogue.images import default_image
from .facts import ServicePlan
from .provenance import provenance

WEIGHT = "rollout.canary.weight"
"""How far a canary has come is no part of what it is."""
_MODEL_KEYS = ("source", "revision", "gated", "dtype", "adapters")
"""Of the model, what decides the answers; its sizes only help to check."""


def specification(plan: ServicePlan) -> dict[str, Any]:
    """Each key of the entry with the value that holds, and what it names: the model, the kind of its store.

    What follows from the cluster alone, such as a scheduler, a user id or a mirror of images, is no part of
    it, but the version that an unwritten image stands for is.
    """
    entry = {one["key"]: one["value"] for one in provenance(plan) if one["source"] != "derived"}
    model = asdict(plan.model)
    named = {key: model[key] for key in _MODEL_KEYS if model[key]}
    return {
        **entry,
        "image": plan.service.image
        or default_image(plan.engine.name, plan.cluster.version_preset, plan.service.version),
        "version": plan.engine_version if plan.engine.loads_model else None,
        **{f"model.{path}": value for path, value in named.items()},
        "model.store.kind": plan.store.kind,
    }


def hash_of(values: Mapping[str, Any]) -> str:
    written = json.dumps(values, sort_keys=True, separators=(",", ":"), default=list)
    return hashlib.sha256(written.encode()).hexdigest()[:16]


def entry_hash(plan: ServicePlan) -> str:
    """Changes when the entry says something else. Unlike a hash of objects it outlives a change of a Secret,
    and of how this program writes objects."""
    return hash_of({key: key == WEIGHT or value for key, value in specification(plan).items()})
