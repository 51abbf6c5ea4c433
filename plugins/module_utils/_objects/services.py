# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of a service."""

from __future__ import annotations

from typing import Any

from .._exposure import EXPOSURES
from .._plan import ServicePlan
from .monitoring import monitoring_objects


def service_objects(plan: ServicePlan) -> list[dict[str, Any]]:
    """All objects of a service in apply order; a service whose state is ``absent`` has none."""
    if plan.service.state == "absent":
        return []
    return [
        *(obj for variant in plan.variants for obj in variant.platform.objects(variant)),
        *EXPOSURES[plan.service.expose.type](plan),
        *(obj for variant in plan.variants for obj in monitoring_objects(variant)),
    ]
