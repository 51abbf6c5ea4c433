# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was read of a cluster before anything is written to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Object = Mapping[str, Any]
Place = tuple[str, str]
"""Namespace and name."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """Read once. A field that is None was not read, because nothing asks for it or nobody may read it."""

    version: str
    served: frozenset[tuple[str, str]]
    """``apiVersion`` and ``kind`` of everything that the API server serves."""
    nodes: Sequence[Object] | None = None
    pods: Sequence[Object] | None = None
    """Pods that hold resources of a node."""
    namespaces: Mapping[str, Object | None] = field(default_factory=dict)
    """The namespaces of the services; None for one that is not there, missing where it may not be read."""
    services: Sequence[Object] | None = None
    deployments: Sequence[Object] | None = None
    daemonsets: Sequence[Object] | None = None
    webhooks: Sequence[Object] | None = None
    """Configurations of webhooks that change objects, or without which none is made."""
    endpoints: Mapping[Place, int] = field(default_factory=dict)
    """Ready endpoints of the Services behind those webhooks that our objects go through."""
    quotas: Sequence[Object] | None = None
    revisions: Sequence[Object] | None = None
    """Metadata of what was applied before, in the namespaces of the services."""
    knative_features: Mapping[str, str] | None = None
    """Feature flags of Knative Serving."""
    inference_services: Mapping[Place, Object] = field(default_factory=dict)
    """Those of the services that are there already."""
    runtimes: Mapping[Place, Object | None] = field(default_factory=dict)
    """ServingRuntimes that services name; those of the whole cluster where a namespace has none."""
    classes: Sequence[Object] | None = None
    """StorageClasses."""
    queues: Mapping[Place, Object | None] | None = None
    """LocalQueues that services name; empty where the cluster does not know the kind."""
    aggregated: Mapping[str, bool] | None = None
    """API groups that servers beside the API server offer, and whether any of them answers."""
    autoscaled: bool = False
    """Whether something adds nodes when pods do not fit."""
    missing_rights: Sequence[str] = ()
    """What the run will need and may not do, such as ``create deployments.apps in namespace chat``."""
    unread: Sequence[str] = ()
    """What a rule would have looked at and may not be read, such as ``list nodes``."""

    def serves(self, api_version: str, kind: str) -> bool:
        return (api_version, kind) in self.served

    def versions_of(self, group: str, kind: str) -> list[str]:
        """The versions in which a kind of a group is served."""
        return sorted(
            version
            for version, served in self.served
            if served == kind and version.rpartition("/")[0] == group
        )
