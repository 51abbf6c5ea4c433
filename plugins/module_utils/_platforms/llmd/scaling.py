# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KEDA scales each role by what the endpoint picker sees: requests that wait in it, and requests that run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..._catalogue.metrics import PICKER_RUNNING, PICKER_WAITING
from ..._workload import Autoscaling
from ..autoscaler import prometheus_trigger, scaled_object

if TYPE_CHECKING:
    from ..._plan.facts import ServicePlan

_SEQUENCES = 256
"""Requests that vLLM works on at one time where nothing else is said."""

Target = Callable[["ServicePlan"], dict[str, str]]


def scaled_objects(plan: ServicePlan, target: Target, pickers: str) -> list[dict[str, Any]]:
    """One for each role that is scaled; *pickers* matches the names of the endpoint picker's pods.

    The inventory's other legal metric, a query of the user's own, is one trigger.
    """
    if plan.stopped:
        return []
    made = []
    for role in plan.roles:
        if (scaling := role.autoscaling) is None:
            continue
        triggers = [prometheus_trigger(plan, scaling.query, scaling.threshold)]
        if scaling.metric == "queue_time":
            triggers = _of_the_picker(role, scaling, pickers)
        made.append(scaled_object(plan, scaling, target(role), triggers))
    return made


def _of_the_picker(plan: ServicePlan, scaling: Autoscaling, pickers: str) -> list[dict[str, Any]]:
    """Who waits, waits as long as the queue takes to be worked off: its length by requests done per second.

    Where none is done the answer is huge, so that a request that waits brings the first copy. Requests that
    run are counted too, because a queue only grows when the copies are full already.
    """
    picker = f'{{namespace="{plan.namespace}",pod=~"{pickers}"}}'
    waiting = f"1e6 * sum({PICKER_WAITING}{picker}) / clamp_min({plan.requests_per_second}, 1e-9)"
    sequences = plan.service.engine_args.max_num_seqs or _SEQUENCES
    return [
        prometheus_trigger(plan, waiting, scaling.threshold, metric_type="Value"),
        prometheus_trigger(plan, f"sum({PICKER_RUNNING}{picker})", str(sequences)),
    ]
