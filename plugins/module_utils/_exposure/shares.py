# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Service gets which share of the requests: one of the service, and one of its canary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from .._names import AFTER_SERVERS_ANNOTATION
from .._platforms.pod import metadata
from .service import cluster_ip

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

_ALL = 100


@dataclass(frozen=True, kw_only=True)
class Share:
    plan: ServicePlan
    weight: int
    """Percent of the requests."""
    canary: bool = False

    @property
    def service(self) -> str:
        """The Kubernetes Service in front of the pods."""
        return self._address[0]

    @property
    def port(self) -> int:
        return self._address[1]

    @property
    def _address(self) -> tuple[str, int]:
        return cast("tuple[str, int]", self.plan.address)  # only services that are exposed have shares


def shares(plan: ServicePlan) -> tuple[Share, ...]:
    """The service first; a canary gets its weight, the service the rest."""
    main, *canary = plan.variants
    rest = plan.canary_weight if canary else 0
    return (
        Share(plan=main, weight=_ALL - rest),
        *(Share(plan=each, weight=rest, canary=True) for each in canary),
    )


def route_metadata(plan: ServicePlan, annotations: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Of the object that shares requests out, which waits for a canary to be ready."""
    waits = {AFTER_SERVERS_ANNOTATION: "true"} if len(plan.variants) > 1 else {}
    return metadata(plan, plan.service_name, {**(annotations or {}), **waits})


def services(plan: ServicePlan) -> list[dict[str, Any]]:
    """The Services that routes lead to, where the platform does not bring them."""
    return [service for share in shares(plan) for service in cluster_ip(share.plan)]
