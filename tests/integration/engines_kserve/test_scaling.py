# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine of KServe, its real controller, makes of the numbers of copies that we render."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.integration.render.conftest import World, until

pytestmark = [pytest.mark.proof("C", "E")]

PODS = "serving.kserve.io/inferenceservice=chat"
SCALED = {"min": 3, "max": 5, "metric": "cpu", "target": 70}


def made(world: World, **given: Any) -> dict[str, Any]:
    """The InferenceService as we render it."""
    objects = world.render(platform="kserve", engine="simulator", **given)
    world.apply([each for each in objects if each["kind"] != "InferenceService"])
    (service,) = (each for each in objects if each["kind"] == "InferenceService")
    return service


def autoscaler(world: World) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        found = world.client.list("autoscaling/v2", "HorizontalPodAutoscaler", namespace=world.namespace)
        return found[0]["spec"] if found else None

    return until(look, "an autoscaler")


def utilization(autoscaler: dict[str, Any]) -> int:
    (metric,) = autoscaler["metrics"]
    assert metric["resource"]["name"] == "cpu"
    found: int = metric["resource"]["target"]["averageUtilization"]
    return found


@pytest.mark.req("S0-11")
def test_a_fixed_number_of_copies_is_what_runs(world: World) -> None:
    world.apply([made(world, scaling={"min": 3})])
    world.running(3, PODS)
    deployments = world.client.list("apps/v1", "Deployment", namespace=world.namespace)
    assert [each["spec"]["replicas"] for each in deployments] == [3]


@pytest.mark.req("S0-11")
def test_the_smallest_number_reaches_the_autoscaler(world: World) -> None:
    world.apply([made(world, scaling=SCALED)])
    found = autoscaler(world)
    assert (found["minReplicas"], found["maxReplicas"]) == (3, 5)


@pytest.mark.req("S0-11")
def test_none_would_silently_become_one(world: World) -> None:
    """Which is why the rules refuse it here."""
    service = made(world, scaling=SCALED)
    service["spec"]["predictor"]["minReplicas"] = 0
    world.apply([service])
    assert autoscaler(world)["minReplicas"] == 1


@pytest.mark.req("S0-14")
def test_the_target_is_said_once_and_an_annotation_beside_it_changes_nothing(world: World) -> None:
    service = made(world, scaling=SCALED)
    predictor = service["spec"]["predictor"]
    assert predictor["scaleTarget"] == 70
    written = {**service["metadata"]["annotations"], **predictor.get("annotations", {})}
    assert not [name for name in written if name.startswith("autoscaling.") or "target" in name]
    twice = copy.deepcopy(service)
    twice["metadata"]["annotations"]["autoscaling.knative.dev/target"] = "1"
    world.apply([twice])
    assert utilization(autoscaler(world)) == 70
