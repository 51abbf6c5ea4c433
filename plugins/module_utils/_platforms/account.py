# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The account of pods that ask something of the API."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from .._workload import Workload
from .pod import metadata
from .rights import rights

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan


def account(plan: ServicePlan) -> list[dict[str, Any]]:
    """A ServiceAccount with exactly the rights that the pods need. One that the user gives has its own."""
    if not plan.workload.permissions or plan.service.service_account is not None:
        return []
    made = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata(plan, plan.name)}
    return [made, *rights(plan, plan.name, plan.name, plan.workload.permissions)]


def with_account(plan: ServicePlan, workload: Workload) -> Workload:
    """The same workload under the account that has its rights."""
    if not workload.permissions:
        return workload
    return replace(workload, service_account=workload.service_account or plan.name)
