# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pool of pods that one endpoint picker chooses from, and what requests to it may say."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from ..pod import metadata
from .names import GRPC, POOL_GROUP, POOL_VERSION, picker_name, pool_selector

if TYPE_CHECKING:
    from ..._plan.facts import ServicePlan

_OBJECTIVES_VERSION = "llm-d.ai/v1alpha2"


def pool_objects(plan: ServicePlan, pool: str) -> list[dict[str, Any]]:
    """Objectives of requests to the pool of this name, and what becomes of their model names."""
    router = plan.service.router
    made = [("InferenceObjective", name, spec) for name, spec in router.objectives.items()]
    made += [("InferenceModelRewrite", name, spec) for name, spec in router.model_rewrites.items()]
    reference = {"group": POOL_GROUP, "kind": "InferencePool", "name": pool}
    return [
        {
            "apiVersion": _OBJECTIVES_VERSION,
            "kind": kind,
            "metadata": metadata(plan, name),
            "spec": {**deepcopy(spec), "poolRef": reference},
        }
        for kind, name, spec in made
    ]


def inference_pool(plan: ServicePlan) -> dict[str, Any]:
    """Without its picker the pool refuses requests rather than send them anywhere."""
    return {
        "apiVersion": POOL_VERSION,
        "kind": "InferencePool",
        "metadata": metadata(plan, plan.name),
        "spec": {
            "selector": {"matchLabels": pool_selector(plan)},
            "targetPorts": [{"number": plan.request_port.number}],
            "endpointPickerRef": {
                "kind": "Service",
                "name": picker_name(plan),
                "port": {"number": GRPC.number},
                "failureMode": "FailOpen" if plan.prefill is None else "FailClose",
            },
        },
    }


def backend(plan: ServicePlan) -> dict[str, Any]:
    """The pool as the target of a route."""
    return {"group": POOL_GROUP, "kind": "InferencePool", "name": plan.name}
