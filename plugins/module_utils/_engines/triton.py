# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Triton is told whatever backend it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan


def common_arguments(plan: ServicePlan) -> list[str]:
    """How it stops and logs; what the user adds comes last."""
    given = plan.service.engine_args
    args = [f"--exit-timeout-secs={plan.requests_in_flight}"]
    if given.log_verbose is not None:
        args.append(f"--log-verbose={given.log_verbose}")
    if given.log_iso8601:
        args.append("--log-format=ISO8601")
    return [*args, *given.extra]
