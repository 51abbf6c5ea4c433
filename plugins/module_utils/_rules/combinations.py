# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-03: what goes together: engine and platform, platform and scaling metric, metric and its source."""

from __future__ import annotations

from collections.abc import Iterator

from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .finding import Plans, at, error

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
    "llmd": ("none", "queue_time", "external"),
    "leader-workers": ("none",),
    "lws": ("none", "queue_ratio", "external"),
}
"""Platform → the metrics that scale it."""

BY_PROMETHEUS = ("rps", "queue_time", "external")
"""Metrics that are queries to Prometheus."""


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        engine, platform = plan.engine.name, plan.platform.name
        if platform not in PLATFORMS[engine]:
            hint = f"Use platform: {' or '.join(PLATFORMS[engine])}."
            yield error(CODE, at(plan, "platform"), f"{platform} cannot run engine {engine}.", hint)
        yield from _metric(plan)
        yield from _runtime(plan)


def _metric(plan: ServicePlan) -> Iterator[Problem]:
    scaling, platform = plan.service.scaling, plan.platform.name
    path = at(plan, "scaling.metric")
    if scaling.metric not in METRICS[platform]:
        hint = f"Use one of {', '.join(METRICS[platform])}."
        yield error(CODE, path, f"{scaling.metric} cannot scale platform {platform}.", hint)
        return
    if scaling.metric == "external" and not scaling.query:
        yield error(
            CODE, at(plan, "scaling.query"), "is missing for metric external.", "Write a Prometheus query."
        )
    if scaling.query and scaling.metric != "external":
        hint = "Remove it, or write metric: external."
        yield error(CODE, at(plan, "scaling.query"), f"has no effect with metric {scaling.metric}.", hint)
    if scaling.metric in ("rps", "queue_time") and scaling.metric not in plan.engine.queries:
        hint = "Use metric: external with a query of your own."
        yield error(CODE, path, f"engine {plan.engine.name} exports no series for {scaling.metric}.", hint)
    if (
        platform == "kserve"
        and scaling.metric in BY_PROMETHEUS
        and not plan.cluster.components.prometheus.url
    ):
        hint = "Set llm_cluster.components.prometheus.url."
        yield error(CODE, path, f"{scaling.metric} asks Prometheus, whose address is not known.", hint)


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
