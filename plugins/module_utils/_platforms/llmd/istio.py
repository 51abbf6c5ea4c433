# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Istio speaks to the endpoint picker, whose certificate nobody signed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..pod import metadata
from .names import picker_name

if TYPE_CHECKING:
    from ..._plan.facts import ServicePlan

_CLASS = "istio"


def destination_rules(plan: ServicePlan) -> list[dict[str, Any]]:
    """Gateways take the picker's own certificate; Istio's must be told to, or every request is a 500."""
    components = plan.cluster.components
    there = components.istio.state in ("present", "existing") or components.gateway.class_name == _CLASS
    if not there:
        return []
    name = picker_name(plan)
    tls = {"mode": "SIMPLE", "insecureSkipVerify": True}
    return [
        {
            "apiVersion": "networking.istio.io/v1",
            "kind": "DestinationRule",
            "metadata": metadata(plan, name),
            "spec": {
                "host": f"{name}.{plan.namespace}.svc.cluster.local",
                "trafficPolicy": {"tls": tls},
            },
        }
    ]
