# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.unit._rules.asking import found


def scaled(metric: str, target: float | None, **entry: object) -> dict[str, object]:
    return {
        "platform": "kserve",
        "scaling": {"min": 1, "max": 2, "metric": metric, "target": target},
        **entry,
    }


@pytest.mark.req("S0-13")
def test_a_target_is_no_number_of_copies() -> None:
    (problem,) = found("V-10", {"scaling": {"target": 2}})
    assert problem.hint == "To keep 2 copies write scaling.min: 2."


@pytest.mark.req("S0-16")
@pytest.mark.parametrize(
    ("metric", "target", "legal"),
    [
        ("cpu", 80, True),
        ("cpu", 100, True),
        ("cpu", 0, False),
        ("cpu", 101, False),
        ("memory", 70, True),
        ("memory", 120, False),
        ("rps", 4, True),
        ("rps", 0.5, False),
        ("queue_time", 1_000_000, True),
        ("queue_time", 0, False),
    ],
)
def test_targets_by_metric(metric: str, target: float, legal: bool) -> None:
    assert (not found("V-10", scaled(metric, target))) is legal


@pytest.mark.parametrize("metric", ["rps", "external"])
def test_metrics_whose_load_nobody_can_guess_need_a_target(metric: str) -> None:
    assert found("V-10", scaled(metric, None))[0].path == "llm_serving[a].scaling.target"
    assert not found("V-10", scaled("cpu", None))


@pytest.mark.req("S0-17")
def test_one_request_per_copy_contradicts_batching() -> None:
    (problem,) = found("V-10", scaled("rps", 1))
    assert problem.severity == "warning"
    assert not found("V-10", scaled("rps", 1, engine="simulator"))


@pytest.mark.req("S0-14", "S0-15")
@pytest.mark.parametrize("name", ["min-scale", "max-scale", "minScale", "target", "class"])
def test_knative_annotations_are_refused(name: str) -> None:
    (problem,) = found("V-10", {"annotations": {f"autoscaling.knative.dev/{name}": "2"}})
    assert problem.severity == "error"


@pytest.mark.req("S0-15")
def test_min_scale_points_to_scaling_min() -> None:
    (problem,) = found("V-10", {"annotations": {"autoscaling.knative.dev/min-scale": "2"}})
    assert "scaling.min: 2" in problem.hint


@pytest.mark.req("S0-20")
@pytest.mark.parametrize("name", ["autoscalerClass", "deploymentMode", "stop"])
def test_annotations_that_kserve_reads_are_derived(name: str) -> None:
    assert found("V-10", {"annotations": {f"serving.kserve.io/{name}": "x"}})
    assert not found("V-10", {"annotations": {"example.com/team": "search"}})


@pytest.mark.req("S0-09", "S0-17")
def test_a_concurrency_of_one_is_a_warning() -> None:
    entry = {"kserve": {"mode": "Knative"}}
    (problem,) = found("V-10", scaled("concurrency", 1, **entry))
    assert problem.severity == "warning"
    assert not found("V-10", scaled("concurrency", 16, **entry))


def test_knative_counts_whole_requests() -> None:
    (problem,) = found("V-10", scaled("concurrency", 2.5, kserve={"mode": "Knative"}))
    assert problem.hint == "Write 2."


@pytest.mark.req("S0-14")
def test_in_knative_mode_only_what_scaling_does_not_decide_may_be_annotated() -> None:
    def asked(name: str) -> bool:
        annotations = {f"autoscaling.knative.dev/{name}": "30s"}
        entry = scaled("concurrency", 16, kserve={"mode": "Knative"}, annotations=annotations)
        return not found("V-10", entry)

    assert [asked(name) for name in ("window", "target", "min-scale")] == [True, False, False]
