# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and labels of what the Prometheus operator reads."""

from __future__ import annotations

from typing import Any

from ..._plan import ServicePlan


def monitoring_metadata(plan: ServicePlan, name: str) -> dict[str, Any]:
    """With the labels by which Prometheus selects what it reads."""
    labels = {**plan.labels, **plan.service.monitoring.labels}
    return {"name": name, "namespace": plan.namespace, "labels": labels}
