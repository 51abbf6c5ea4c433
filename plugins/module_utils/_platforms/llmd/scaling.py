# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KEDA scales each role by what the endpoint picker sees: requests that wait in it, and requests that run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..._plan.facts import ServicePlan


def scaled_objects(plan: ServicePlan) -> list[dict[str, Any]]:
    return []
