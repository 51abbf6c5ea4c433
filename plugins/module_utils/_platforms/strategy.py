# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a Deployment, ours or one that KServe makes of our words, goes from one revision to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._engines.kv_offload import cache_devices

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan


def strategy(plan: ServicePlan) -> dict[str, Any]:
    """Copy by copy; a pod with GPUs first gives back what its successor needs, so no GPU has to be spare.

    One copy with cache devices is stopped before: its successor finds them free, and no other copy served.
    """
    single = plan.autoscaling is None and plan.service.scaling.min == 1
    if plan.recreates or (single and cache_devices(plan)):
        return {"type": "Recreate"}
    surge, unavailable = (0, 1) if plan.gpus_per_pod else (1, 0)
    return {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}
