# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.unit._rules.asking import found, paths

PROMETHEUS = {"components": {"prometheus": {"url": "http://prometheus.monitoring:9090"}}}


@pytest.mark.parametrize("engine", ["vllm", "triton-vllm", "simulator"])
@pytest.mark.parametrize("platform", ["deployment", "kserve"])
def test_every_engine_runs_on_every_platform(engine: str, platform: str) -> None:
    assert not found("V-03", {"engine": engine, "platform": platform})


@pytest.mark.parametrize(
    ("platform", "metric", "legal"),
    [
        ("deployment", "cpu", True),
        ("deployment", "queue_time", True),
        ("deployment", "rps", False),
        ("kserve", "cpu", True),
        ("kserve", "memory", True),
        ("kserve", "rps", True),
        ("kserve", "queue_time", True),
    ],
)
def test_platform_and_metric(platform: str, metric: str, legal: bool) -> None:
    entry = {"platform": platform, "scaling": {"min": 1, "max": 2, "metric": metric, "target": 4}}
    problems = found("V-03", entry, cluster=PROMETHEUS)
    assert (not problems) is legal
    assert all(problem.path == "llm_serving[a].scaling.metric" for problem in problems)


def test_external_needs_a_query() -> None:
    scaling = {"min": 1, "max": 2, "metric": "external", "target": 4}
    assert paths(found("V-03", {"scaling": scaling}, cluster=PROMETHEUS)) == ["llm_serving[a].scaling.query"]
    assert not found("V-03", {"scaling": scaling | {"query": "sum(up)"}}, cluster=PROMETHEUS)


@pytest.mark.req("S2-25")
@pytest.mark.parametrize(
    ("metric", "legal"), [("concurrency", True), ("rps", True), ("cpu", False), ("memory", False)]
)
def test_knative_scales_by_requests_alone(metric: str, legal: bool) -> None:
    entry = {"platform": "kserve", "kserve": {"mode": "Knative"}}
    scaling = {"min": 1, "max": 2, "metric": metric, "target": 16}
    assert (not found("V-03", {**entry, "scaling": scaling})) is legal


def test_concurrency_elsewhere_points_to_knative() -> None:
    entry = {"platform": "kserve", "scaling": {"min": 1, "max": 2, "metric": "concurrency", "target": 4}}
    (problem,) = found("V-03", entry)
    assert "kserve.mode: Knative" in problem.hint


@pytest.mark.req("S4-34")
def test_a_metric_that_the_engine_does_not_export_is_refused() -> None:
    scaling = {"min": 1, "max": 2, "metric": "queue_time"}
    assert not found("V-03", {"scaling": scaling})
    (problem,) = found("V-03", {"image": "vllm/vllm-openai:v0.5.4", "scaling": scaling})
    assert problem.path == "llm_serving[a].scaling.metric"
    assert "vllm 0.5.4 exports no series for queue_time" in problem.message


def test_without_an_adapter_prometheus_is_asked() -> None:
    entry = {"scaling": {"min": 1, "max": 2, "metric": "queue_ratio"}}
    assert not found("V-03", entry)
    cluster = {"components": {"adapter": {"state": "absent"}}}
    assert paths(found("V-03", entry, cluster=cluster)) == ["llm_serving[a].scaling.metric"]
    assert not found(
        "V-03", entry, cluster={"components": {**cluster["components"], **PROMETHEUS["components"]}}
    )


def test_a_query_for_another_metric_has_no_effect() -> None:
    assert found("V-03", {"scaling": {"min": 1, "max": 2, "metric": "cpu", "query": "sum(up)"}})


@pytest.mark.req("S2-25")
def test_request_rate_asks_a_prometheus_whose_address_is_known() -> None:
    entry = {"platform": "kserve", "scaling": {"min": 1, "max": 2, "metric": "rps", "target": 4}}
    assert not found("V-03", entry, cluster=PROMETHEUS)
    (problem,) = found("V-03", entry)
    assert "llm_cluster.components.prometheus.url" in problem.hint


def test_an_existing_runtime_is_called_existing() -> None:
    assert not found("V-03", {"platform": "kserve", "kserve": {"runtime": "existing:kserve-vllmserver"}})
    (problem,) = found("V-03", {"platform": "kserve", "kserve": {"runtime": "kserve-vllmserver"}})
    assert "existing:kserve-vllmserver" in problem.hint


def test_kserve_keys_on_another_platform() -> None:
    assert paths(found("V-03", {"kserve": {"mode": "Standard"}})) == ["llm_serving[a].kserve"]
