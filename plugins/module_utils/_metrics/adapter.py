# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for the Prometheus adapter: the custom metrics that HorizontalPodAutoscalers ask for."""

from __future__ import annotations

from typing import Any

from .._catalogue.metrics import EXPORTERS, TRITON, VLLM, Exporter
from .meter import HPA_QUEUE_TIME, Meter

_NEWEST = "99999"
_HPA_WINDOW = "30s"
"""Shorter than in rules: an autoscaler should see what is, not what was. Needs a scrape every 10 s or so."""
_MILLISECONDS = "time_queue_ms_for_minute"


def adapter_rules() -> list[dict[str, Any]]:
    """The entries of ``rules`` in the adapter's configuration, ``rules.custom`` in the values of its chart.

    The adapter keeps one rule for each metric it offers. Where engines tell the same under different names,
    one rule therefore asks for all of them.
    """
    averages = [
        (_queue(exporter), _meter(exporter).average("queue", window=_HPA_WINDOW)) for exporter in EXPORTERS
    ]
    ratios = [_rule(_queue(one), _meter(one).ratio_metric, str(_meter(one).ratio())) for one in EXPORTERS]
    waited = f"{_meter(TRITON).rate(_queue(TRITON))} / 1000"
    return [
        _rule(
            "|".join(name for name, _query in averages),
            HPA_QUEUE_TIME,
            " or ".join(f"({query})" for _name, query in averages),
        ),
        *ratios,
        _rule(_queue(TRITON), _MILLISECONDS, waited),
        _rule(VLLM.waiting, VLLM.waiting.replace(":", "_"), _sum(VLLM.waiting)),
    ]


def _rule(series: str, name: str, query: str) -> dict[str, Any]:
    return {
        "seriesQuery": f'{{__name__=~"^({series})$",namespace!="",pod!=""}}',
        "resources": {"overrides": {"namespace": {"resource": "namespace"}, "pod": {"resource": "pod"}}},
        "name": {"matches": "^.*$", "as": name},
        "metricsQuery": query,
    }


def _queue(exporter: Exporter) -> str:
    return exporter.durations["queue"].total


def _sum(name: str) -> str:
    return f"sum by (<<.GroupBy>>) ({name}{{<<.LabelMatchers>>}})"


def _meter(exporter: Exporter) -> Meter:
    return Meter(exporter=exporter, version=_NEWEST, pods="<<.LabelMatchers>>", by="<<.GroupBy>>")
