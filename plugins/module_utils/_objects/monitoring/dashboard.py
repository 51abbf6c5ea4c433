# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A dashboard that Grafana's sidecar picks up."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, TypeAlias

from ..._metrics import Meter
from ..._plan import ServicePlan, meter

SIDECAR_LABEL = {"grafana_dashboard": "1"}
"""What the sidecar of the usual Grafana charts looks for."""

_COLUMNS, _HEIGHT = 2, 8
_WIDTH = 24 // _COLUMNS
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}

Panel: TypeAlias = "tuple[str, str, dict[str, str | None]]"
"""Title, unit, and queries by legend."""


def dashboard(plan: ServicePlan) -> dict[str, Any]:
    labels = {**plan.labels, **SIDECAR_LABEL}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": f"{plan.name}-dashboard", "namespace": plan.namespace, "labels": labels},
        "data": {f"{plan.namespace}-{plan.name}.json": json.dumps(_board(plan), sort_keys=True)},
    }


def _board(plan: ServicePlan) -> dict[str, Any]:
    title = f"{plan.namespace}/{plan.name}"
    shown = [panel for panel in _panels(plan, meter(plan)) if any(panel[2].values())]
    return {
        "title": title,
        "uid": hashlib.sha256(title.encode()).hexdigest()[:16],
        "tags": ["llm", plan.engine.name],
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [{"name": "datasource", "type": "datasource", "query": "prometheus"}]},
        "panels": [_panel(number, panel) for number, panel in enumerate(shown)],
    }


def _panels(plan: ServicePlan, measured: Meter) -> Iterator[Panel]:
    by_pod, told = "{{pod}}", measured.exporter
    yield "Requests per second", "reqps", {by_pod: measured.rate(told.requests)}
    yield "Time in the queue", "µs", {by_pod: measured.average("queue")}
    yield "Time in the queue over time of work", "none", {by_pod: measured.ratio()}
    yield (
        "Requests at one time",
        "none",
        {
            "waiting {{pod}}": _sum(measured, told.waiting),
            "running {{pod}}": _sum(measured, told.running),
        },
    )
    yield (
        "Time to the first token",
        "s",
        {f"{share:.0%}": _quantile(measured, told.first_token, share) for share in (0.5, 0.95)},
    )
    yield (
        "Tokens per second",
        "none",
        {
            "read": _tokens(measured, "prompt_tokens"),
            "written": _tokens(measured, "generated_tokens"),
        },
    )
    yield "Use of the KV cache", "percentunit", {by_pod: measured.named("kv_cache")}
    yield (
        "Use of the GPUs",
        "percent",
        {"{{gpu}} {{Hostname}}": _gpus(measured) if plan.engine.uses_gpu else None},
    )


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    title, unit, queries = panel
    row, column = divmod(number, _COLUMNS)
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": title,
        "datasource": _SOURCE,
        "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + index), "expr": query, "legendFormat": legend, "datasource": _SOURCE}
            for index, (legend, query) in enumerate(queries.items())
            if query
        ],
    }


def _sum(measured: Meter, name: str) -> str | None:
    return f"sum by ({measured.by}) ({measured.series(name)})" if name else None


def _quantile(measured: Meter, histogram: str, share: float) -> str | None:
    if not histogram:
        return None
    return f"histogram_quantile({share}, sum by (le) (rate({measured.series(f'{histogram}_bucket')}[5m])))"


def _tokens(measured: Meter, what: str) -> str | None:
    named = measured.named(what)
    return f"sum(rate({named}[1m]))" if named else None


def _gpus(measured: Meter) -> str:
    """The exporter of DCGM names the pods, and Prometheus may keep those names under another label."""
    name = "DCGM_FI_DEV_GPU_UTIL"
    renamed = measured.pods.replace("namespace=", "exported_namespace=").replace("pod=", "exported_pod=")
    return f"{name}{{{measured.pods}}} or {name}{{{renamed}}}"
