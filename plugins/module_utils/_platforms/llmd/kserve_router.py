# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The router of an LLMInferenceService: its picker, and the way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .picker_config import picker_config

if TYPE_CHECKING:
    from ..._plan.facts import ServicePlan


def router(plan: ServicePlan) -> dict[str, Any]:
    """A picker is of use only behind a route; without a gateway of the service's own it is KServe's."""
    return {
        "scheduler": {
            "replicas": plan.service.router.scheduler_replicas,
            "config": {"inline": picker_config(plan)},
        },
        "gateway": _gateway(plan),
        "route": _route(plan),
    }


def _gateway(plan: ServicePlan) -> dict[str, Any]:
    given = plan.service.expose.gateway
    if plan.service.expose.type != "gateway-api" or given is None:
        return {}
    namespace, _slash, name = given.rpartition("/")
    return {"refs": [{"name": name, "namespace": namespace or plan.namespace}]}


def _route(plan: ServicePlan) -> dict[str, Any]:
    expose = plan.service.expose
    if expose.type != "gateway-api" or expose.host is None:
        return {}
    return {"http": {"spec": {"hostnames": [expose.host]}}}
