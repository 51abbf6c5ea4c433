# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""llm-d of our own making: the pods of each role, their pool, and the picker that chooses among them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..._workload import Port
from ..job import jobs
from ..lws import RENDEZVOUS
from ..platform import Platform
from ..pod import config_maps
from .istio import destination_rules
from .monitor import picker_monitor
from .names import picker_name, role_selector
from .picker import picker_objects, picker_selector
from .pool import backend, inference_pool, pool_objects
from .proxy import proxy_objects
from .scaling import scaled_objects
from .workloads import target, workload

if TYPE_CHECKING:
    from ..._plan.facts import ServicePlan


def objects(plan: ServicePlan) -> list[dict[str, Any]]:
    return [
        *config_maps(plan),
        *jobs(plan, plan.workload.jobs),
        *(proxy_objects(plan) if plan.role == "decode" else []),
        *(workload(role) for role in plan.roles),
        *picker_objects(plan),
        *destination_rules(plan),
        inference_pool(plan),
        *pool_objects(plan, plan.name),
        *scaled_objects(plan, target, f"{picker_name(plan)}-[a-z0-9]+-[a-z0-9]+"),
        *([picker_monitor(plan, picker_selector(plan))] if plan.service.monitoring.podmonitor else []),
    ]


def _address(plan: ServicePlan) -> None:
    return None


NATIVE = Platform(
    name="llmd",
    behind_proxy=Port(name="engine", number=8200),
    rendezvous=RENDEZVOUS,
    pods="{name}(-prefill)?-([a-z0-9]+-[a-z0-9]+|group-[0-9]+)",
    selector=role_selector,
    address=_address,
    backend=backend,
    objects=objects,
)
