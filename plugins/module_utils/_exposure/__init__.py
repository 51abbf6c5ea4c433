# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways in, one file each."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .gateway_api import gateway_api
from .istio import istio
from .route import route
from .service import cluster_ip, load_balancer, node_port, nothing
from .traefik import traefik

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan

EXPOSURES: dict[str, Callable[[ServicePlan], list[dict[str, Any]]]] = {
    "none": nothing,
    "cluster": cluster_ip,
    "nodeport": node_port,
    "loadbalancer": load_balancer,
    "route": route,
    "istio": istio,
    "gateway-api": gateway_api,
    "traefik": traefik,
}

__all__ = ["EXPOSURES"]
