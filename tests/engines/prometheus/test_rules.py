# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our recording and alerting rules, read and computed by Prometheus itself."""

from __future__ import annotations

import json
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._engines import ENGINES
from ansible_collections.inferops.serving.plugins.module_utils._metrics import adapter_rules

from tests.engines.prometheus.installation import Prometheus
from tests.unit._plan.inventory import planned, rendered

pytestmark = [pytest.mark.proof("E")]

STEP = 15
"""Seconds between two samples."""
OBJECTIVE = {"verify": {"slo": {"ttft_ms": 500}}}
TRITON = {
    "nv_inference_request_success": "0+15x60",
    "nv_inference_queue_duration_us": "0+30000000x60",
    "nv_inference_compute_infer_duration_us": "0+15000000x60",
    "nv_inference_request_duration_us": "0+45000000x60",
}
"""One request a second, which waits 2 s and is worked on for 1 s."""
VLLM = {
    "vllm:request_success_total": "0+15x60",
    "vllm:request_queue_time_seconds_sum": "0+30x60",
    "vllm:request_queue_time_seconds_count": "0+15x60",
    "vllm:request_inference_time_seconds_sum": "0+15x60",
    "vllm:request_inference_time_seconds_count": "0+15x60",
    "vllm:e2e_request_latency_seconds_sum": "0+45x60",
    "vllm:e2e_request_latency_seconds_count": "0+15x60",
}
"""The same, in seconds."""
SERIES = {"triton-vllm": ("triton", TRITON), "vllm": ("vllm", VLLM)}


class Rules:
    """The rules of one service, and what Prometheus makes of series of one of its pods."""

    def __init__(self, prometheus: Prometheus, folder: Path, **service: Any) -> None:
        self.prometheus, self.folder = prometheus, folder
        (folder / "rules.yaml").write_text(
            yaml.safe_dump(rendered(monitoring={"rules": True}, **service)["PrometheusRule"]["spec"])
        )
        plan = planned(**service)
        self.pod = plan.platform.pods.format(name=plan.name).replace("[a-z0-9]+", "x1")
        self.labels = f'namespace="{plan.namespace}",pod="{self.pod}"'

    def check(self) -> str:
        return self._run("check", "rules", "rules.yaml")

    def test(
        self, series: dict[str, str], *, values: dict[str, float] | None = None, alerts: Any = ()
    ) -> str:
        """An empty text where everything is as expected five minutes later."""
        given = [{"series": self._labelled(name), "values": value} for name, value in series.items()]
        expected = [
            {"expr": expression, "eval_time": "5m", "exp_samples": [{"labels": "{}", "value": value}]}
            for expression, value in (values or {}).items()
        ]
        document = {
            "rule_files": ["rules.yaml"],
            "evaluation_interval": f"{STEP}s",
            "tests": [
                {
                    "interval": f"{STEP}s",
                    "input_series": given,
                    "promql_expr_test": expected,
                    "alert_rule_test": list(alerts),
                }
            ],
        }
        (self.folder / "test.yaml").write_text(yaml.safe_dump(document))
        return self._run("test", "rules", "test.yaml")

    def _labelled(self, name: str) -> str:
        base, brace, more = name.partition("{")
        return f"{base}{{{self.labels}{',' + more if brace else '}'}"

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [self.prometheus.promtool, *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.req("S1-32")
@pytest.mark.parametrize(
    ("engine", "platform"), list(product(("vllm", "triton-vllm", "simulator"), ("deployment", "kserve")))
)
def test_promtool_reads_the_rules(prometheus: Prometheus, tmp_path: Path, engine: str, platform: str) -> None:
    assert not Rules(prometheus, tmp_path, engine=engine, platform=platform, **OBJECTIVE).check()


@pytest.mark.req("S1-32")
@pytest.mark.parametrize("engine", SERIES)
def test_the_recorded_series_have_their_values(prometheus: Prometheus, tmp_path: Path, engine: str) -> None:
    prefix, series = SERIES[engine]
    rules = Rules(prometheus, tmp_path, engine=engine)
    values = {
        f"sum({prefix}:queue:duration_us)": 2_000_000,
        f"sum({prefix}:compute:duration_us)": 1_000_000,
        f"sum({prefix}:request:duration_us)": 3_000_000,
        f"sum({prefix}:queue_compute:ratio)": 2,
        f'count({prefix}:queue_compute:ratio{{llm_service="chat",{rules.labels}}})': 1,
    }
    assert not rules.test(series, values=values)
    wrong = {f"sum({prefix}:queue_compute:ratio)": 3}
    assert rules.test(series, values=wrong), "promtool would say so"


@pytest.mark.req("S4-33")
@pytest.mark.parametrize("engine", SERIES)
def test_the_adapter_and_keda_ask_for_the_same_number(
    prometheus: Prometheus, tmp_path: Path, engine: str
) -> None:
    """Three ways to the queue time of one pod: a recorded series, the adapter's rule, and KEDA's query."""
    scaling = {"min": 1, "max": 2, "metric": "queue_time"}
    rules = Rules(prometheus, tmp_path, engine=engine, scaling=scaling)
    (adapter,) = [rule for rule in adapter_rules() if rule["name"]["as"] == "avg_time_queue_us"]
    asked = adapter["metricsQuery"].replace("<<.LabelMatchers>>", rules.labels)
    asked = asked.replace("<<.GroupBy>>", "namespace, pod")
    keda = planned(engine=engine, scaling=scaling).autoscaling
    assert keda is not None
    values = dict.fromkeys((f"sum({asked})", keda.query, "sum(avg_time_queue_us)"), 2_000_000.0)
    assert not rules.test(SERIES[engine][1], values=values)


@pytest.mark.req("S4-33")
def test_the_waited_milliseconds_of_a_second(prometheus: Prometheus, tmp_path: Path) -> None:
    rules = Rules(prometheus, tmp_path, engine="triton-vllm")
    (adapter,) = [rule for rule in adapter_rules() if rule["name"]["as"] == "time_queue_ms_for_minute"]
    asked = adapter["metricsQuery"].replace("<<.LabelMatchers>>", rules.labels)
    assert not rules.test(TRITON, values={f"sum({asked.replace('<<.GroupBy>>', 'pod')})": 2000})


@pytest.mark.req("S4-33")
@pytest.mark.parametrize("engine", SERIES)
def test_every_rule_of_the_adapter_finds_its_series(
    prometheus: Prometheus, tmp_path: Path, engine: str
) -> None:
    """Discovery finds each pod by the series of its engine, and the ratio is what is recorded."""
    prefix, series = SERIES[engine]
    rules = Rules(prometheus, tmp_path, engine=engine)
    values: dict[str, float] = {}
    for rule in adapter_rules():
        told_by_it = any(name in rule["seriesQuery"] for name in series)
        if told_by_it:
            values[f"count(count by (pod) ({rule['seriesQuery']}))"] = 1
        if rule["name"]["as"] == f"{prefix}:queue_compute:ratio":
            query = rule["metricsQuery"].replace("<<.LabelMatchers>>", rules.labels)
            values[f"sum({query.replace('<<.GroupBy>>', 'namespace, pod')})"] = 2
    assert len(values) >= 3
    assert not rules.test(series, values=values)


@pytest.mark.parametrize("engine", ["vllm", "triton-vllm", "simulator"])
def test_promtool_reads_what_the_dashboard_asks(prometheus: Prometheus, tmp_path: Path, engine: str) -> None:
    rules = Rules(prometheus, tmp_path, engine=engine)
    (board,) = rendered(engine=engine, monitoring={"dashboard": True})["ConfigMap"]["data"].values()
    asked = [target["expr"] for panel in json.loads(board)["panels"] for target in panel["targets"]]
    assert len(asked) >= 5
    group = {"name": "asked", "rules": [{"record": "asked:by:panel", "expr": each} for each in asked]}
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [group]}))
    assert not rules.check()


def test_without_a_request_nothing_waits(prometheus: Prometheus, tmp_path: Path) -> None:
    rules = Rules(prometheus, tmp_path, engine="triton-vllm")
    idle = dict.fromkeys(TRITON, "7x60")
    values = {"sum(triton:queue:duration_us)": 0, "sum(triton:queue_compute:ratio)": 0}
    assert not rules.test(idle, values=values)


def alert(rules: Rules, name: str, severity: str, summary: str, *, of_pod: bool = True) -> dict[str, Any]:
    labels = {"severity": severity, "llm_service": "chat", "namespace": "default"}
    labels |= {"pod": rules.pod} if of_pod else {}
    return {
        "eval_time": "15m",
        "alertname": name,
        "exp_alerts": [{"exp_labels": labels, "exp_annotations": {"summary": summary.format(pod=rules.pod)}}],
    }


def quiet(*names: str) -> list[dict[str, Any]]:
    return [{"eval_time": "15m", "alertname": name, "exp_alerts": []} for name in names]


def test_waiting_requests_raise_an_alert(prometheus: Prometheus, tmp_path: Path) -> None:
    rules = Rules(prometheus, tmp_path, engine="vllm")
    slow = VLLM | {"vllm:request_queue_time_seconds_sum": "0+300x60", "up": "1x60"}
    told = alert(
        rules, "LlmRequestsWait", "warning", "Requests to default/chat wait more than 10 s in {pod}."
    )
    assert not rules.test(slow, alerts=[told, *quiet("LlmServiceSilent", "LlmKvCacheFull")])
    assert not rules.test(VLLM | {"up": "1x60"}, alerts=quiet("LlmRequestsWait"))


def test_silence_raises_an_alert(prometheus: Prometheus, tmp_path: Path) -> None:
    rules = Rules(prometheus, tmp_path, engine="vllm")
    summary = "No pod of default/chat answers Prometheus."
    told = alert(rules, "LlmServiceSilent", "critical", summary, of_pod=False)
    assert not rules.test({"up": "0x60"}, alerts=[told])


def test_a_full_cache_raises_an_alert(prometheus: Prometheus, tmp_path: Path) -> None:
    rules = Rules(prometheus, tmp_path, engine="vllm")
    summary = "The KV cache of default/chat is full in {pod}: requests are put off."
    told = alert(rules, "LlmKvCacheFull", "warning", summary)
    assert not rules.test({"vllm:kv_cache_usage_perc": "0.99x60"}, alerts=[told])


def test_failing_requests_raise_an_alert(prometheus: Prometheus, tmp_path: Path) -> None:
    rules = Rules(prometheus, tmp_path, engine="triton-vllm")
    summary = "More than 5% of the requests to default/chat fail in {pod}."
    told = alert(rules, "LlmRequestsFail", "critical", summary)
    failing = TRITON | {'nv_inference_request_failure{reason="BACKEND"}': "0+2x60"}
    assert not rules.test(failing, alerts=[told])


def test_late_first_tokens_raise_an_alert(prometheus: Prometheus, tmp_path: Path) -> None:
    rules = Rules(prometheus, tmp_path, engine="vllm", **OBJECTIVE)
    summary = "One request in twenty to default/chat waits more than 500 ms for its first token."
    told = alert(rules, "LlmFirstTokenSlow", "warning", summary, of_pod=False)
    buckets = {
        f'vllm:time_to_first_token_seconds_bucket{{le="{bound}"}}': f"0+{count}x60"
        for bound, count in (("0.25", 10), ("0.5", 12), ("1", 15), ("+Inf", 15))
    }
    assert not rules.test(buckets, alerts=[told])


def test_every_engine_has_a_rule_file(prometheus: Prometheus) -> None:
    assert {engine.exporter.name for engine in ENGINES.values()} == {
        prefix for prefix, _series in SERIES.values()
    }
