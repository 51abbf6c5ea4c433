# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When somebody should look at a service."""

from __future__ import annotations

from typing import Any

from ..._metrics import Meter
from ..._plan import ServicePlan

_QUEUE_SECONDS = 10
_KV_CACHE = 0.95
_FAILURES = 0.05


def alerts(plan: ServicePlan, measured: Meter) -> list[dict[str, Any]]:
    """The alerts that the engine's series allow."""
    found = [_silent(plan, measured), _queue(measured), _kv_cache(measured), _failures(measured)]
    found.append(_first_token(plan, measured))
    return [_labelled(plan, alert) for alert in found if alert is not None]


def _silent(plan: ServicePlan, measured: Meter) -> dict[str, Any] | None:
    """Nothing to tell of a service that may have no copy."""
    if plan.stopped or plan.service.scaling.min == 0:
        return None
    expression = f"absent({measured.series('up')} == 1)"
    summary = "No pod of {service} answers Prometheus."
    return _alert("LlmServiceSilent", expression, "10m", "critical", summary)


def _queue(measured: Meter) -> dict[str, Any] | None:
    average = measured.average("queue")
    if average is None:
        return None
    expression = f"{average} > {_QUEUE_SECONDS * 1_000_000}"
    summary = f"Requests to {{service}} wait more than {_QUEUE_SECONDS} s in {{{{ $labels.pod }}}}."
    return _alert("LlmRequestsWait", expression, "5m", "warning", summary)


def _kv_cache(measured: Meter) -> dict[str, Any] | None:
    used = measured.named("kv_cache")
    if used is None:
        return None
    expression = f"avg by ({measured.by}) ({used}) > {_KV_CACHE}"
    summary = "The KV cache of {service} is full in {{ $labels.pod }}: requests are put off."
    return _alert("LlmKvCacheFull", expression, "10m", "warning", summary)


def _failures(measured: Meter) -> dict[str, Any] | None:
    counter = measured.exporter.failures
    if not counter:
        return None
    failed, answered = measured.rate(counter), measured.rate(measured.exporter.requests)
    expression = f"{failed} / clamp_min({failed} + {answered}, 1e-9) > {_FAILURES}"
    summary = f"More than {_FAILURES:.0%} of the requests to {{service}} fail in {{{{ $labels.pod }}}}."
    return _alert("LlmRequestsFail", expression, "5m", "critical", summary)


def _first_token(plan: ServicePlan, measured: Meter) -> dict[str, Any] | None:
    """The objective that the smoke test checks too."""
    objective, histogram = plan.service.verify.slo.ttft_ms, measured.exporter.first_token
    if objective is None or not histogram:
        return None
    buckets = f"sum by (le) (rate({measured.series(f'{histogram}_bucket')}[5m]))"
    expression = f"1000 * histogram_quantile(0.95, {buckets}) > {objective}"
    summary = f"One request in twenty to {{service}} waits more than {objective} ms for its first token."
    return _alert("LlmFirstTokenSlow", expression, "5m", "warning", summary)


def _alert(name: str, expression: str, lasting: str, severity: str, summary: str) -> dict[str, Any]:
    return {
        "alert": name,
        "expr": expression,
        "for": lasting,
        "labels": {"severity": severity},
        "annotations": {"summary": summary},
    }


def _labelled(plan: ServicePlan, alert: dict[str, Any]) -> dict[str, Any]:
    labels = {**alert["labels"], "llm_service": plan.name, "namespace": plan.namespace}
    summary = alert["annotations"]["summary"].replace("{service}", f"{plan.namespace}/{plan.name}")
    return {**alert, "labels": labels, "annotations": {"summary": summary}}
