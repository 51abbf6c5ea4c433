# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Prometheus and Grafana are told of a service."""

from __future__ import annotations

from typing import Any

from ..._names import MONITORING_GROUP
from ..._plan import ServicePlan
from .dashboard import dashboard
from .pod_monitor import pod_monitor
from .rules import rules

__all__ = ["OPTIONAL_GROUPS", "monitoring_objects"]

OPTIONAL_GROUPS = (MONITORING_GROUP,)
"""API groups of objects that a service can do without."""


def monitoring_objects(plan: ServicePlan) -> list[dict[str, Any]]:
    """The monitor, the rules and the dashboard that are asked for."""
    wanted = plan.service.monitoring
    monitors = [pod_monitor(role) for role in plan.roles] if wanted.podmonitor else []
    made = [(wanted.rules, rules), (wanted.dashboard, dashboard)]
    return [*monitors, *(make(plan) for asked, make in made if asked)]
