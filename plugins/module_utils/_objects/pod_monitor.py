# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a Prometheus operator finds the metrics of a service."""

from __future__ import annotations

from typing import Any

from .._plan import ServicePlan


def pod_monitor(plan: ServicePlan) -> dict[str, Any]:
    return {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PodMonitor",
        "metadata": {
            "name": plan.name,
            "namespace": plan.namespace,
            "labels": {**plan.labels, **plan.service.monitoring.labels},
        },
        "spec": {
            "selector": {"matchLabels": dict(plan.pod_selector)},
            "podMetricsEndpoints": [{"port": plan.metrics_port.name, "path": "/metrics"}],
        },
    }
