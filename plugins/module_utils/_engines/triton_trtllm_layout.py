# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a model that was converted for TensorRT-LLM lies, and what it was converted to.

Engines fit one GPU product, one data type, one way to split the model and one version of TensorRT-LLM, so all
of these are part of the path. The downloaded model is one for all of them.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .._catalogue.trtllm import DATA_TYPES
from .._fleet.records.stores import VOLUMES

if TYPE_CHECKING:
    from .._fleet import Store
    from .._plan.facts import ServicePlan

ENGINE, MODEL, TOKENIZER = "engine", "model", "tokenizer"
"""Directories of a converted model: the engines, the model repository, and what its tokenizers read."""
LOCK = ".lock"
MARK = "ready"


@dataclass(frozen=True, kw_only=True)
class Place:
    """The directory of a converted model."""

    path: str

    def __truediv__(self, part: str) -> str:
        return posixpath.join(self.path, part)

    @property
    def lock(self) -> str:
        return self.path + LOCK

    @property
    def marks(self) -> list[str]:
        return [posixpath.join(self.path, part, MARK) for part in (ENGINE, MODEL)]


def shared_volume(plan: ServicePlan) -> Store | None:
    """The volume of converted models: that of the model, or that of the cache of a model of the hub."""
    return plan.store if plan.store.kind in VOLUMES else plan.cache_store


def data_type(plan: ServicePlan) -> str:
    return plan.service.conversion.data_type or plan.model.dtype or DATA_TYPES[0]


def split(plan: ServicePlan) -> str:
    """How the model is split over GPUs: pipeline x tensor."""
    return f"{plan.service.topology.pipeline}x{plan.service.topology.tensor}"


def product(plan: ServicePlan) -> str:
    return next(iter(plan.service.gpu.product), "any")


def converted(plan: ServicePlan) -> Place:
    """The directory of the model that this service needs."""
    return Place(
        path=posixpath.join(_root(plan), product(plan), data_type(plan), split(plan), plan.engine_version)
    )


def staged_by_hand(plan: ServicePlan) -> Place:
    """Where others put converted models, in directories that name nothing but how the model is split."""
    return Place(path=posixpath.join(_root(plan), split(plan)))


def _root(plan: ServicePlan) -> str:
    """The directory of all conversions of the model."""
    if plan.location.delivery == "uri":
        return plan.location.path
    volume = shared_volume(plan)
    return posixpath.join(volume.mount_path if volume else "", plan.model.name)
