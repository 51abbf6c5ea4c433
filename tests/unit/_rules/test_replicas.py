# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.unit._rules.asking import found, paths

PROMETHEUS = {"components": {"prometheus": {"url": "http://prometheus:9090"}}}


@pytest.mark.req("S0-11")
@pytest.mark.parametrize("copies", [1, 2, 3, 7])
def test_any_number_of_copies(copies: int) -> None:
    assert not found("V-09", {"scaling": {"min": copies}})
    assert not found("V-09", {"scaling": {"min": copies, "max": copies}})


@pytest.mark.req("S0-12")
def test_max_is_not_below_min() -> None:
    entry = {"scaling": {"min": 3, "max": 2, "metric": "cpu", "target": 80}}
    assert paths(found("V-09", entry)) == ["llm_serving[a].scaling.max"]


@pytest.mark.req("S0-12")
def test_scaling_has_an_explicit_bound() -> None:
    (problem,) = found("V-09", {"scaling": {"metric": "cpu", "target": 80}})
    assert "without a bound" in problem.message


def test_a_bound_without_a_metric_has_no_effect() -> None:
    (problem,) = found("V-09", {"scaling": {"min": 1, "max": 10}})
    assert "max: 1" in problem.hint


@pytest.mark.req("S0-11", "S2-28")
def test_zero_copies_where_kserve_would_clamp_them() -> None:
    scaling = {"min": 0, "max": 2, "metric": "cpu", "target": 80}
    (problem,) = found("V-09", {"platform": "kserve", "scaling": scaling})
    assert str(problem) == (
        "V-09 llm_serving[a].scaling.min: 0 has no effect in Standard mode with metric cpu (KServe raises it "
        "to 1). Write min: 1, or a KEDA metric (queue_time, external), or kserve.mode: Knative."
    )


@pytest.mark.req("S0-11", "S2-28")
@pytest.mark.parametrize("platform", ["kserve", "deployment"])
def test_zero_copies_that_a_query_of_another_exporter_wakes(platform: str) -> None:
    scaling = {"min": 0, "max": 2, "metric": "external", "query": "sum(gateway_requests)", "target": 4}
    (problem,) = found("V-09", {"platform": platform, "scaling": scaling}, cluster=PROMETHEUS)
    assert problem.severity == "warning"
    assert "up to 1200 s" in problem.message


@pytest.mark.req("S2-28")
def test_zero_copies_that_only_their_own_metrics_would_wake() -> None:
    scaling = {"min": 0, "max": 2, "metric": "queue_time"}
    problems = found("V-09", {"platform": "kserve", "scaling": scaling}, cluster=PROMETHEUS)
    assert [problem.severity for problem in problems] == ["warning", "warning"]
    assert "does not start the first one again" in problems[1].message


@pytest.mark.req("S0-11", "S2-28")
def test_zero_copies_in_knative_mode() -> None:
    scaling = {"min": 0, "max": 2, "metric": "concurrency", "target": 16}
    entry = {"platform": "kserve", "kserve": {"mode": "Knative"}, "scaling": scaling}
    (problem,) = found("V-09", entry)
    assert problem.severity == "warning"


def test_zero_fixed_copies_are_a_stopped_service() -> None:
    (problem,) = found("V-09", {"scaling": {"min": 0}})
    assert "state: stopped" in problem.hint


def test_a_plain_autoscaler_does_not_wake_from_zero() -> None:
    assert found("V-09", {"scaling": {"min": 0, "max": 2, "metric": "cpu", "target": 80}})
