# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be known of a kind of store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from .._workload import Workload

if TYPE_CHECKING:
    from .._fleet import Fleet, Store
    from .._plan.facts import ServicePlan

Delivery = Literal["uri", "mount", "copy", "script", "image", "hub", "repository"]
"""How a model reaches its engine: the platform fetches a URI, a volume is mounted, an init container
copies it, a script of the user brings it, an image is mounted, the engine fetches it from the hub, or the
engine reads a repository in the store."""


ADAPTERS = "/mnt/adapters"
"""Where adapters are that cannot lie in the directory of the model."""


@dataclass(frozen=True, kw_only=True)
class Location:
    """Where a model or an adapter is for those who serve it."""

    delivery: Delivery
    path: str
    """Where the engine finds it: a directory or a hub id."""
    uri: str = ""
    """What the platform fetches (delivery ``uri``), the image (``image``) or the engine's repository
    (``repository``)."""


@dataclass(frozen=True, kw_only=True)
class StoreKind:
    locate: Callable[[ServicePlan], Location]
    adapter: Callable[[ServicePlan, str], Location]
    """Where the adapter of this source is."""
    attach: Callable[[ServicePlan, Workload], Workload]
    objects: Callable[[Fleet, Store], list[dict[str, Any]]]
