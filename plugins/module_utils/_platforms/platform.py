# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be known of a platform."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .._workload import Port, Rendezvous

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan


@dataclass(frozen=True, kw_only=True)
class Platform:
    """A platform: which objects run a workload."""

    name: str
    ports: Mapping[str, Port] = field(default_factory=dict)
    """Ports that it wants otherwise than the engine, by the engine's names."""
    behind_proxy: Port | None = None
    """Port of an engine that has a proxy in front of it in its pod."""
    container: str | None = None
    """Name that it asks of the main container; None: the engine's name."""
    model_dir: str | None = None
    """Where it puts a model that it fetches by URI; None: it fetches none."""
    adapter_dir: str | None = None
    """Where it puts adapters that it fetches by URI, under their names; None: where it is told to."""
    kv_cache_dir: str | None = None
    """Where it mounts a disk for the KV cache; None: where the engine likes it."""
    rendezvous: Rendezvous | None = None
    """How the pods of one copy find each other; None: a copy is one pod."""
    pods: str
    """Names of the pods as a regular expression with ``{name}`` for the service's name."""
    selector: Callable[[ServicePlan], dict[str, str]]
    """Labels that select the pods of a service."""
    address: Callable[[ServicePlan], tuple[str, int] | None]
    """Name and port of the Service that it brings itself; None: it brings none."""
    aliases: Callable[[ServicePlan], tuple[str, ...]] | None = None
    """Further names by which its own router asks for the model."""
    backend: Callable[[ServicePlan], dict[str, Any]] | None = None
    """Where a route of the Gateway API leads, without port; None: to a Service."""
    routes: bool = False
    """Whether it makes routes of the Gateway API itself."""
    splits_requests: Callable[[ServicePlan], bool] | None = None
    """Whether it sends a part of the requests to another specification itself; None: it never does."""
    objects: Callable[[ServicePlan], list[dict[str, Any]]]
