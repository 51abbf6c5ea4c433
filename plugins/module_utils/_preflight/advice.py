# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which platform fits a service better than the one that it has: counsel, never a finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .._catalogue.models import model_facts
from .._plan import ServicePlan

LARGE = 100
"""Billions of parameters from which a model seldom fits one node."""
ELASTIC = ("queue_time", "external")


def advice(plans: Sequence[ServicePlan]) -> list[str]:
    return [f"{plan.name}: {text}" for plan in plans for text in _for(plan)]


def _for(plan: ServicePlan) -> Iterator[str]:
    reasons = list(_reasons(plan))
    platform = plan.platform.name
    if platform != "llmd" and reasons and plan.engine.protocol == "openai":
        yield f"platform llmd fits: {'; '.join(reasons)}."
    elif platform == "llmd" and not reasons:
        yield (
            "platform deployment or kserve would do: one copy fits one node, and nothing asks for separate"
            " prefill, routing by prefix or scaling by its own queue."
        )


def _reasons(plan: ServicePlan) -> Iterator[str]:
    service = plan.service
    if "prefill.replicas" in service.provenance or "prefill.scaling" in service.provenance:
        yield "prefill and decode scale apart there"
    if "lean-rag" in service.presets and (plan.autoscaling or service.scaling.min > 1):
        yield "repeated prompts go to the copy that has their prefix"
    if "router.prefix_aware" in service.provenance and service.router.prefix_aware:
        yield "requests are routed by the prefix in the KV cache"
    if service.topology.expert or service.topology.data > 1:
        yield "experts and data parallelism are spread over several pods"
    if service.scaling.metric in ELASTIC and plan.platform.name in ("deployment", "kserve"):
        yield f"metric {service.scaling.metric} can be the queue of its endpoint picker"
    known = model_facts(plan.model.source)
    if known is not None and known.params_b > LARGE and plan.world_size > 1:
        yield "a model of this size usually runs on several nodes"
