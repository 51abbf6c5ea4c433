# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recorded series of a service, and when somebody should look at it."""

from __future__ import annotations

from typing import Any

from ..._metrics import Meter
from ..._names import MONITORING_API
from ..._plan import ServicePlan, meter
from .alerts import alerts
from .named import monitoring_metadata

INTERVAL = "6s"
"""How often series are scraped and recorded that autoscalers look at."""


def rules(plan: ServicePlan) -> dict[str, Any]:
    """A PrometheusRule; each pod's series carry the service's name as label ``llm_service``."""
    measured = meter(plan)
    groups = [{"name": "autoscaling", "interval": INTERVAL, "rules": _recorded(plan, measured)}]
    if found := alerts(plan, measured):
        groups.append({"name": "alerts", "rules": found})
    return {
        "apiVersion": MONITORING_API,
        "kind": "PrometheusRule",
        "metadata": monitoring_metadata(plan, f"{plan.name}-metrics"),
        "spec": {"groups": groups},
    }


def _recorded(plan: ServicePlan, measured: Meter) -> list[dict[str, Any]]:
    """The series that the engine's version has the numbers for, and the one that an autoscaler asks for."""
    prefix = measured.exporter.name
    series = {
        f"{prefix}:compute:duration_us": measured.average("compute"),
        f"{prefix}:queue:duration_us": measured.average("queue"),
        f"{prefix}:request:duration_us": measured.average("request"),
        measured.ratio_metric: measured.ratio(),
    }
    scaling = plan.autoscaling
    if scaling is not None and scaling.pod_metric:
        series.setdefault(scaling.pod_metric, measured.average("queue"))
    return [
        {"record": name, "expr": query, "labels": {"llm_service": plan.name}}
        for name, query in series.items()
        if query
    ]
