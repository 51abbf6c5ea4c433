# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-03: what only platform llmd has, and what its two providers can do."""

from __future__ import annotations

from collections.abc import Iterator

from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .combinations import METRICS
from .finding import Plans, at, error, warning

CODE = "V-03"

OWN_KEYS = ("llmd", "router", "prefill")
"""Keys of a service that no other platform has."""


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        if plan.platform.name != "llmd":
            yield from _elsewhere(plan)
            continue
        yield from _prefill(plan)
        yield from _wake_up(plan)
        if plan.service.llmd.provider == "kserve":
            yield from _templates(plan)


def _elsewhere(plan: ServicePlan) -> Iterator[Problem]:
    platform = plan.platform.name
    for key in OWN_KEYS:
        if any(path == key or path.startswith(f"{key}.") for path in plan.service.provenance):
            yield error(
                CODE, at(plan, key), f"platform {platform} has none.", "Write platform: llmd, or remove it."
            )


def _prefill(plan: ServicePlan) -> Iterator[Problem]:
    prefill = plan.service.prefill
    if prefill is None:
        return
    if plan.engine.loads_model and plan.service.kv_offload.provider == "aidaptiv":
        hint = "Remove prefill, or write another provider."
        yield error(CODE, at(plan, "prefill"), "aidaptiv hands no KV cache to another pod.", hint)
    if prefill.scaling is None:
        return
    if "prefill.replicas" in plan.service.provenance:
        message = "is given beside prefill.scaling, which decides the number of pods."
        yield error(CODE, at(plan, "prefill.replicas"), message, "Remove one of the two.")
    if prefill.scaling.metric not in METRICS["llmd"]:
        message = f"{prefill.scaling.metric} cannot scale platform llmd."
        yield error(
            CODE, at(plan, "prefill.scaling.metric"), message, f"Use one of {', '.join(METRICS['llmd'])}."
        )
    if prefill.scaling.metric != "none" and prefill.scaling.max is None:
        message = f"is missing; metric {prefill.scaling.metric} would scale without a bound on GPUs."
        yield error(CODE, at(plan, "prefill.scaling.max"), message, "Write the most pods that may run.")


def _wake_up(plan: ServicePlan) -> Iterator[Problem]:
    """The picker's queue is known to KEDA only when Prometheus reads it."""
    for role in plan.roles:
        scaling = role.autoscaling
        if scaling is None or scaling.metric != "queue_time" or plan.service.monitoring.podmonitor:
            continue
        say = error if scaling.minimum == 0 else warning
        message = "queue_time is read from the endpoint picker, which no monitor of this service watches."
        hint = "Write monitoring.podmonitor: true, or see that Prometheus reads its port metrics."
        yield say(CODE, at(role, "scaling.metric"), message, hint)


def _templates(plan: ServicePlan) -> Iterator[Problem]:
    """KServe fills in templates wherever it finds them in an LLMInferenceService."""
    texts = [
        *((f"engine_args.extra[{index}]", text) for index, text in enumerate(plan.service.engine_args.extra)),
        *((f"env.{name}", text) for name, text in plan.service.env.items()),
        *((f"annotations.{key}", text) for key, text in plan.service.annotations.items()),
    ]
    for keys, text in texts:
        if "{{" in text:
            message = "{{ begins a template that KServe fills in."
            yield error(CODE, at(plan, keys), message, "Write { {, or use llmd.provider: native.")
