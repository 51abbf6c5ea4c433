# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the endpoint picker chooses among the pods of a pool."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ..._plan.facts import ServicePlan

_QUEUE = {"pluginRef": "queue-scorer", "weight": 2}
_CACHE_USE = {"pluginRef": "kv-cache-utilization-scorer", "weight": 2}
_ACTIVE = {"pluginRef": "active-request-scorer", "weight": 2}
_PREFIX = {"pluginRef": "prefix-cache-scorer", "weight": 3}
_ADAPTERS = {"pluginRef": "lora-affinity-scorer", "weight": 4}
_PICKER = {"pluginRef": "max-score-picker"}


def picker_config(plan: ServicePlan) -> dict[str, Any]:
    """What the inventory says, else weights that suit most services."""
    given = plan.service.router.plugins
    chosen = deepcopy(given) if given else _chosen(plan)
    return {"apiVersion": "inference.networking.x-k8s.io/v1alpha1", "kind": "EndpointPickerConfig", **chosen}


def _chosen(plan: ServicePlan) -> dict[str, Any]:
    """Requests wait in the picker where their number decides how many pods there are."""
    made = _in_one_place(plan) if plan.prefill is None else _in_two_places(plan)
    scaled = any(role.autoscaling is not None for role in plan.roles)
    return {"featureGates": ["flowControl"], **made} if scaled else made


def _in_one_place(plan: ServicePlan) -> dict[str, Any]:
    steps = [_QUEUE, _CACHE_USE, *_affine(plan), _PICKER]
    return {
        "plugins": [{"type": "single-profile-handler"}, *_named(steps)],
        "schedulingProfiles": [{"name": "default", "plugins": steps}],
    }


def _in_two_places(plan: ServicePlan) -> dict[str, Any]:
    """Each request is read by one pod and answered by another."""
    prefill = [{"pluginRef": "prefill-filter"}, *_affine(plan), _QUEUE, _CACHE_USE, _PICKER]
    decode = [{"pluginRef": "decode-filter"}, *_affine(plan), _ACTIVE, _PICKER]
    handler = {
        "type": "disagg-profile-handler",
        "parameters": {"deciders": {"prefill": "always-disagg-pd-decider"}},
    }
    always = [{"type": "disagg-headers-handler"}, {"type": "always-disagg-pd-decider"}, handler]
    return {
        "plugins": [*always, *_named([*prefill, *decode])],
        "schedulingProfiles": [
            {"name": "prefill", "plugins": prefill},
            {"name": "decode", "plugins": decode},
        ],
    }


def _affine(plan: ServicePlan) -> list[dict[str, Any]]:
    """What prefers the pod that has the prompt or the adapter already."""
    prefix = [_PREFIX] if plan.service.router.prefix_aware else []
    return [*prefix, *([_ADAPTERS] if plan.adapters else [])]


def _named(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"type": name} for name in dict.fromkeys(step["pluginRef"] for step in steps)]
