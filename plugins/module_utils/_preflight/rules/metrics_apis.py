# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-23: somebody answers the questions of HorizontalPodAutoscalers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..._fleet import Problem
from ..._rules.finding import at, warning
from ..facts import Facts
from ..pods import Wanted

CODE = "V-23"

GROUPS = {"Pods": "custom.metrics.k8s.io", "Resource": "metrics.k8s.io"}
"""Type of a metric → the API that offers it."""

HINTS = {
    "Pods": (
        "Install the Prometheus adapter with the rules of the filter inferops.serving.adapter_rules, or set"
        " llm_cluster.components.adapter.state: absent where KEDA shall ask Prometheus."
    ),
    "Resource": "Install the metrics server, or scale by another metric.",
}


def check(services: Sequence[Wanted], facts: Facts) -> Iterator[Problem]:
    """An autoscaler without an answer leaves the number of copies as it is."""
    if facts.aggregated is None:
        return
    for one in services:
        for obj in one.objects:
            if obj["kind"] != "HorizontalPodAutoscaler":
                continue
            for metric in obj["spec"]["metrics"]:
                group = GROUPS.get(metric["type"])
                if group is not None and not facts.aggregated.get(group):
                    state = "does not answer" if group in facts.aggregated else "is not there"
                    message = (
                        f"the API {group} {state}, so nothing scales by {one.plan.service.scaling.metric}."
                    )
                    yield warning(CODE, at(one.plan, "scaling.metric"), message, HINTS[metric["type"]])
