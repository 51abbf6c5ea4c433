# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-03: what goes together: engine and platform, platform and scaling metric, metric and its source."""

from __future__ import annotations

from collections.abc import Iterator

from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .finding import Plans, at, error, knative

CODE = "V-03"

PLATFORMS = {
    "vllm": ("deployment", "kserve", "llmd", "lws"),
    "simulator": ("deployment", "kserve", "llmd", "lws"),
    "triton-vllm": ("deployment", "kserve"),
    "triton-trtllm": ("deployment", "kserve", "leader-workers", "lws"),
    "aidaptiv": ("deployment",),
}
"""Engine → the platforms that run it."""

METRICS = {
    "deployment": ("none", "cpu", "memory", "queue_ratio", "queue_time", "external"),
    "kserve": ("none", "cpu", "memory", "rps", "queue_time", "external"),
    "kserve in Knative mode": ("none", "concurrency", "rps"),
    "llmd": ("none", "queue_time", "external"),
    "leader-workers": ("none",),
    "lws": ("none", "queue_ratio", "external"),
}
"""Platform → the metrics that scale it."""

ELSEWHERE = {
    "concurrency": "Knative alone counts requests: write kserve.mode: Knative.",
    "rps": "Use metric: external with a query of your own, or platform: kserve.",
    "cpu": "Engines wait for their GPUs: use a metric of the queue.",
    "memory": "Engines take their memory at the start: use a metric of the queue.",
}
"""Metric → a way out where the platform does not have it."""


def metrics_of(plan: ServicePlan) -> tuple[str, ...]:
    """The metrics that can scale the service."""
    return METRICS[_scaled_as(plan)]


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        engine, platform = plan.engine.name, plan.platform.name
        if platform not in PLATFORMS[engine]:
            hint = f"Use platform: {' or '.join(PLATFORMS[engine])}."
            yield error(CODE, at(plan, "platform"), f"{platform} cannot run engine {engine}.", hint)
        yield from _metric(plan)
        yield from _runtime(plan)


def _metric(plan: ServicePlan) -> Iterator[Problem]:
    scaling = plan.service.scaling
    path = at(plan, "scaling.metric")
    if scaling.metric not in metrics_of(plan):
        yield error(CODE, path, f"{scaling.metric} cannot scale {_called(plan)}.", _hint(plan))
        return
    if scaling.metric == "external" and not scaling.query:
        yield error(
            CODE, at(plan, "scaling.query"), "is missing for metric external.", "Write a Prometheus query."
        )
    if scaling.query and scaling.metric != "external":
        hint = "Remove it, or write metric: external."
        yield error(CODE, at(plan, "scaling.query"), f"has no effect with metric {scaling.metric}.", hint)
    yield from _source(plan, path)


def _source(plan: ServicePlan, path: str) -> Iterator[Problem]:
    """Where the number comes from that the metric is compared with."""
    scaling = plan.autoscaling
    if scaling is None or scaling.by_resource or knative(plan):
        return
    if not scaling.query and scaling.metric != "external":
        message = f"engine {plan.engine.name} {plan.engine_version} exports no series for {scaling.metric}."
        yield error(CODE, path, message, "Use metric: external with a query of your own.")
    asks = scaling.by_query or plan.platform.name == "kserve"
    if asks and not plan.cluster.components.prometheus.url:
        hint = "Set llm_cluster.components.prometheus.url."
        yield error(CODE, path, f"{scaling.metric} asks Prometheus, whose address is not known.", hint)


def _called(plan: ServicePlan) -> str:
    if plan.platform.name == "leader-workers":
        return "platform leader-workers (its Deployments are ranks of one copy)"
    return f"platform {_scaled_as(plan)}"


def _hint(plan: ServicePlan) -> str:
    scaling, known = plan.service.scaling, metrics_of(plan)
    if plan.platform.name == "leader-workers":
        return "Use platform: lws for scaled groups, or metric: none."
    way_out = ELSEWHERE.get(scaling.metric, "")
    return f"Use one of {', '.join(known)}." + (f" {way_out}" if way_out else "")


def _scaled_as(plan: ServicePlan) -> str:
    return "kserve in Knative mode" if knative(plan) else plan.platform.name


def _runtime(plan: ServicePlan) -> Iterator[Problem]:
    runtime = plan.service.kserve.runtime
    if runtime is not None and not (runtime.startswith("existing:") and runtime.removeprefix("existing:")):
        hint = f"Write existing:{runtime.rpartition(':')[2]}, or remove it."
        yield error(
            CODE, at(plan, "kserve.runtime"), f"{runtime} does not say that the runtime exists.", hint
        )
    if plan.platform.name != "kserve" and any(key.startswith("kserve.") for key in plan.service.provenance):
        hint = "Remove it, or write platform: kserve."
        yield error(CODE, at(plan, "kserve"), f"has no effect on platform {plan.platform.name}.", hint)
