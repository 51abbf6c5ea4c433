# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Prometheus finds the endpoint picker, whose queue scales the pods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..._names import MONITORING_API
from ..pod import metadata
from .names import METRICS, picker_name

if TYPE_CHECKING:
    from ..._plan.facts import ServicePlan


def picker_monitor(plan: ServicePlan, selector: Mapping[str, str]) -> dict[str, Any]:
    named = metadata(plan, picker_name(plan))
    named["labels"] |= plan.service.monitoring.labels
    return {
        "apiVersion": MONITORING_API,
        "kind": "PodMonitor",
        "metadata": named,
        "spec": {
            "selector": {"matchLabels": dict(selector)},
            "podMetricsEndpoints": [{"port": METRICS.name, "path": "/metrics"}],
        },
    }
