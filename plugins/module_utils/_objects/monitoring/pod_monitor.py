# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a Prometheus operator finds the metrics of a service."""

from __future__ import annotations

from typing import Any

from ..._names import MONITORING_API
from ..._plan import ServicePlan
from .named import monitoring_metadata
from .rules import INTERVAL


def pod_monitor(plan: ServicePlan) -> dict[str, Any]:
    """All pods that serve; those of Jobs carry other labels."""
    endpoint = {"port": plan.metrics_port.name, "path": "/metrics"}
    if _is_watched_closely(plan):
        endpoint["interval"] = INTERVAL
    return {
        "apiVersion": MONITORING_API,
        "kind": "PodMonitor",
        "metadata": monitoring_metadata(plan, plan.role_name),
        "spec": {
            "selector": {"matchLabels": dict(plan.pod_selector)},
            "podMetricsEndpoints": [endpoint],
        },
    }


def _is_watched_closely(plan: ServicePlan) -> bool:
    """Whether something looks at windows so short that they need several samples."""
    scales = plan.autoscaling is not None and not plan.autoscaling.by_resource
    return scales or plan.service.monitoring.rules
