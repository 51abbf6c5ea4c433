# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit._plan.inventory import rendered


def rules(**given: Any) -> dict[str, dict[str, Any]]:
    """Recorded series and alerts by name."""
    found = rendered(monitoring={"rules": True}, **given)["PrometheusRule"]
    return {
        rule.get("record") or rule["alert"]: rule
        for group in found["spec"]["groups"]
        for rule in group["rules"]
    }


def panels(**given: Any) -> dict[str, dict[str, Any]]:
    (board,) = rendered(monitoring={"dashboard": True}, **given)["ConfigMap"]["data"].values()
    return {panel["title"]: panel for panel in json.loads(board)["panels"]}


@pytest.mark.req("S1-33", "S2-20")
@pytest.mark.parametrize(
    ("engine", "platform", "port"),
    [
        ("vllm", "deployment", "http"),
        ("vllm", "kserve", "http1"),
        ("triton-vllm", "deployment", "metrics"),
        ("triton-vllm", "kserve", "metrics"),
    ],
)
def test_a_pod_monitor_asks_the_port_of_the_metrics(engine: str, platform: str, port: str) -> None:
    labels = {"release": "prometheus"}
    monitor = rendered(engine=engine, platform=platform, monitoring={"podmonitor": True, "labels": labels})[
        "PodMonitor"
    ]
    assert monitor["metadata"]["labels"].items() >= labels.items()
    assert monitor["spec"]["podMetricsEndpoints"] == [{"port": port, "path": "/metrics"}]


def test_what_autoscalers_look_at_is_scraped_often() -> None:
    scaling = {"min": 1, "max": 2, "metric": "queue_time"}
    (endpoint,) = rendered(monitoring={"podmonitor": True}, scaling=scaling)["PodMonitor"]["spec"][
        "podMetricsEndpoints"
    ]
    assert endpoint["interval"] == "6s"


@pytest.mark.req("S1-32")
def test_four_series_are_recorded() -> None:
    found = rendered(engine="triton-vllm", monitoring={"rules": True, "labels": {"release": "prometheus"}})
    rule = found["PrometheusRule"]
    assert rule["metadata"]["name"] == "chat-metrics"
    assert rule["metadata"]["labels"]["release"] == "prometheus"
    group = rule["spec"]["groups"][0]
    assert (group["name"], group["interval"]) == ("autoscaling", "6s")
    assert [each["record"] for each in group["rules"]] == [
        "triton:compute:duration_us",
        "triton:queue:duration_us",
        "triton:request:duration_us",
        "triton:queue_compute:ratio",
    ]


def test_a_series_is_recorded_under_the_name_by_which_an_autoscaler_asks() -> None:
    scaling = {"min": 1, "max": 2, "metric": "queue_time"}
    assert "avg_time_queue_us" in rules(scaling=scaling)
    assert "avg_time_queue_us" not in rules()


def test_an_engine_without_a_series_has_no_rule_on_it() -> None:
    old = rules(image="vllm/vllm-openai:v0.5.4")
    assert "vllm:request:duration_us" in old
    assert "vllm:queue:duration_us" not in old
    assert "LlmRequestsWait" not in old


@pytest.mark.parametrize(
    ("given", "present", "absent"),
    [
        ({"engine": "vllm"}, "LlmKvCacheFull", "LlmRequestsFail"),
        ({"engine": "triton-vllm"}, "LlmRequestsFail", "LlmKvCacheFull"),
        ({"verify": {"slo": {"ttft_ms": 100}}}, "LlmFirstTokenSlow", "-"),
        ({"state": "stopped"}, "LlmRequestsWait", "LlmServiceSilent"),
        ({}, "LlmServiceSilent", "LlmFirstTokenSlow"),
    ],
)
def test_alerts_by_what_the_engine_tells(given: dict[str, Any], present: str, absent: str) -> None:
    found = rules(**given)
    assert present in found
    assert absent not in found
    assert found[present]["labels"]["llm_service"] == "chat"


def test_the_objective_is_that_of_the_smoke_test() -> None:
    assert rules(verify={"slo": {"ttft_ms": 100}})["LlmFirstTokenSlow"]["expr"].endswith("> 100")


@pytest.mark.req("S1-35")
def test_a_dashboard_shows_queue_and_gpus() -> None:
    found = panels(engine="triton-vllm")
    assert "nv_inference_queue_duration_us" in found["Time in the queue"]["targets"][0]["expr"]
    assert "nv_inference_compute_infer" in found["Time in the queue over time of work"]["targets"][0]["expr"]
    assert "DCGM_FI_DEV_GPU_UTIL" in found["Use of the GPUs"]["targets"][0]["expr"]
    assert "Use of the KV cache" not in found


def test_a_dashboard_has_no_panel_for_what_is_not_told() -> None:
    found = panels(engine="simulator")
    assert "Use of the KV cache" in found
    assert "Use of the GPUs" not in found


def test_panels_do_not_overlap() -> None:
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels().values()]
    assert len(places) == len(set(places))


def test_grafana_finds_the_dashboard_by_its_label() -> None:
    made = rendered(monitoring={"dashboard": True})["ConfigMap"]
    assert made["metadata"]["labels"]["grafana_dashboard"] == "1"


def test_nothing_is_made_unasked() -> None:
    assert not {"PodMonitor", "PrometheusRule", "ConfigMap"} & set(rendered())
