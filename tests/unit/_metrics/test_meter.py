# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Prometheus is asked about the requests of some pods."""

from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.metrics import TRITON, VLLM
from ansible_collections.inferops.serving.plugins.module_utils._metrics import Meter, adapter_rules

VLLM_PODS = Meter(exporter=VLLM, version="0.33.0", pods='namespace="a"')
TRITON_PODS = Meter(exporter=TRITON, version="26.06", pods='namespace="a"')


def test_averages_are_microseconds_whatever_the_unit_of_the_series() -> None:
    assert VLLM_PODS.average("queue") == (
        '1000000 * sum by (namespace, pod) (rate(vllm:request_queue_time_seconds_sum{namespace="a"}[1m]))'
        " / clamp_min(sum by (namespace, pod) "
        '(rate(vllm:request_queue_time_seconds_count{namespace="a"}[1m])), 1e-9)'
    )
    assert str(TRITON_PODS.average("queue")).startswith(
        'sum by (namespace, pod) (rate(nv_inference_queue_duration_us{namespace="a"}[1m]))'
    )


@pytest.mark.req("S4-34")
@pytest.mark.parametrize(("version", "told"), [("0.33.0", True), ("0.6.4", True), ("0.5.4", False)])
def test_a_version_that_does_not_export_a_series_is_not_asked_for_it(version: str, told: bool) -> None:
    meter = Meter(exporter=VLLM, version=version, pods="")
    for metric in ("queue_time", "queue_ratio"):
        assert (meter.scaling(metric) is not None) is told
    assert meter.scaling("rps")


@pytest.mark.parametrize(
    ("version", "name"),
    [
        ("0.33.0", "vllm:kv_cache_usage_perc"),
        ("0.8.5", "vllm:gpu_cache_usage_perc"),
    ],
)
def test_names_follow_the_version(version: str, name: str) -> None:
    meter = Meter(exporter=VLLM, version=version, pods="")
    assert meter.named("kv_cache") == f"{name}{{}}"


def test_triton_tells_nothing_of_the_kv_cache() -> None:
    assert TRITON_PODS.named("kv_cache") is None


def test_scaling_sums_over_the_pods() -> None:
    assert str(TRITON_PODS.scaling("queue_ratio")).startswith("sum(sum by (namespace, pod) (")


@pytest.mark.req("S4-33")
def test_the_adapter_offers_what_autoscalers_ask_for() -> None:
    rules = {rule["name"]["as"]: rule for rule in adapter_rules()}
    assert {"avg_time_queue_us", "time_queue_ms_for_minute"} <= set(rules)
    queue = rules["avg_time_queue_us"]["metricsQuery"]
    assert "nv_inference_queue_duration_us{<<.LabelMatchers>>}[30s]" in queue
    assert "nv_inference_request_success{<<.LabelMatchers>>}[30s]" in queue
    assert rules["time_queue_ms_for_minute"]["metricsQuery"] == (
        "sum by (<<.GroupBy>>) (rate(nv_inference_queue_duration_us{<<.LabelMatchers>>}[1m])) / 1000"
    )


@pytest.mark.req("S1-90")
def test_the_adapter_offers_the_ratio_of_every_exporter() -> None:
    names = [rule["name"]["as"] for rule in adapter_rules()]
    assert {"triton:queue_compute:ratio", "vllm:queue_compute:ratio"} <= set(names)
    assert len(names) == len(set(names)), "the adapter keeps only one rule for a name"
