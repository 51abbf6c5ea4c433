# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real API server with the real schemas and webhooks takes what we render, and nothing that is wrong."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ApiError

from tests.integration.render.conftest import World
from tests.unit._plan.inventory import BUCKET

pytestmark = [pytest.mark.proof("A")]

PROMETHEUS = {"components": {"prometheus": {"url": "http://prometheus.monitoring:9090"}}}
GPT2 = {"name": "vllm_model", "source": "openai-community/gpt2", "store": "bucket"}
ADAPTERS = {"adapters": [{"name": "sql", "source": "lora/sql", "rank": 8}]}
LORA = {"enabled": True, "max_rank": 8}

SERVICES: dict[str, dict[str, Any]] = {
    "seed-000": {
        "engine": "triton-vllm",
        "platform": "kserve",
        "topology": {"tensor": 2},
        "gpu": {
            "mode": "visible-devices",
            "visible_devices": [0, 1],
            "p2p": "false",
            "acknowledge_unaccounted_gpu": True,
        },
        "shm_size": "2Gi",
    },
    "seed-002": {"platform": "kserve", "presets": ["lean-rag"], "cluster": PROMETHEUS},
    "seed-004": {
        "engine": "triton-vllm",
        "model": GPT2,
        "presets": ["gpt2-demo"],
        "cache": {"store": "sfs", "path": "hf_cache"},
        "node_selector": {"demo": "base"},
        "shm_size": "1024Mi",
        "expose": {"type": "nodeport"},
        "pull_secrets": ["ngc"],
    },
    "repository-on-claim": {"engine": "triton-vllm", "delivery": "repository"},
    "repositories": {
        "engine": "triton-vllm",
        "model": GPT2,
        "stores": [BUCKET, {**BUCKET, "name": "second", "bucket": "second"}],
        "repositories": ["second"],
    },
    "vllm-from-claim": {"model": ADAPTERS, "lora": LORA},
    "vllm-from-bucket": {"model": {"store": "bucket"}, "expose": {"type": "loadbalancer", "port": 80}},
    "vllm-from-hub": {
        "model": {"store": "hub"},
        "scaling": {"min": 1, "max": 3, "metric": "cpu", "target": 80},
    },
    "vllm-queue": {"scaling": {"min": 1, "max": 3, "metric": "queue_time"}},
    "vllm-stopped": {"state": "stopped"},
    "simulator": {"engine": "simulator", "gpu": {"mode": "none"}},
    "kserve-adapters": {"platform": "kserve", "model": ADAPTERS, "lora": LORA},
    "kserve-bucket": {"platform": "kserve", "model": {"store": "bucket"}},
    "kserve-hub-adapters": {"platform": "kserve", "model": {**ADAPTERS, "store": "hub"}, "lora": LORA},
    "kserve-hub": {"platform": "kserve", "model": {"store": "hub"}, "dashboard_compatible": True},
    "kserve-hpa": {"platform": "kserve", "scaling": {"min": 1, "max": 2, "metric": "memory", "target": 80}},
    "kserve-three": {"platform": "kserve", "scaling": {"min": 3}, "expose": {"type": "nodeport"}},
    "kserve-stopped": {"platform": "kserve", "state": "stopped"},
    "kserve-simulator": {"platform": "kserve", "engine": "simulator"},
    "kserve-existing": {"platform": "kserve", "kserve": {"runtime": "existing:kserve-vllmserver"}},
}


@pytest.mark.req(
    *("S0-08", "S0-11", "S0-18", "S0-20", "S0-29", "S0-32", "S0-33", "S0-37", "S2-01", "S2-06", "S2-07"),
    *(
        "S2-17",
        "S2-20",
        "S2-21",
        "S2-22",
        "S2-23",
        "S2-25",
        "S2-30",
        "S2-44",
        "S4-23",
        "S4-28",
        "S4-29",
        "S4-31",
        "XC-20",
    ),
)
@pytest.mark.parametrize("name", SERVICES)
def test_every_object_passes_strict_validation(world: World, name: str) -> None:
    for each in world.render(**SERVICES[name]):
        answer = world.client.apply(each, dry_run=True)
        assert answer["metadata"]["name"] == each["metadata"]["name"]
    assert world.client.warnings == (), "such as of pods that are not restricted"


def inference_service(world: World, **given: Any) -> dict[str, Any]:
    return next(
        each for each in world.render(platform="kserve", **given) if each["kind"] == "InferenceService"
    )


def refused(world: World, wrong: dict[str, Any]) -> str:
    with pytest.raises(ApiError) as caught:
        world.client.apply(wrong, dry_run=True)
    return str(caught.value)


@pytest.mark.req("S0-10")
def test_the_singular_annotation_is_refused(world: World) -> None:
    wrong = inference_service(world)
    wrong["metadata"]["annotation"] = {"autoscaling.knative.dev/target": "1"}
    assert "annotation" in refused(world, wrong)


@pytest.mark.req("S2-22")
def test_resources_beside_the_model_are_refused(world: World) -> None:
    wrong = inference_service(world)
    wrong["spec"]["predictor"]["resources"] = wrong["spec"]["predictor"]["model"].pop("resources")
    wrong["spec"]["predictor"]["resources"]["memory"] = "16Gi"
    assert "resources" in refused(world, wrong)


@pytest.mark.req("S0-31")
@pytest.mark.parametrize("platform", ["deployment", "kserve"])
def test_a_number_as_environment_value_is_refused_and_ours_is_text(world: World, platform: str) -> None:
    objects = world.render(platform=platform, env={"LEVEL": 1})
    each = next(each for each in objects if each["kind"] in ("Deployment", "ServingRuntime"))
    world.client.apply(each, dry_run=True)
    wrong = copy.deepcopy(each)
    spec = wrong["spec"].get("template", wrong)["spec"]
    variable = next(one for one in spec["containers"][0]["env"] if one["name"] == "LEVEL")
    assert variable["value"] == "1"
    variable["value"] = 1
    assert "value" in refused(world, wrong)


@pytest.mark.req("S0-20")
def test_the_class_of_knative_is_refused(world: World) -> None:
    wrong = inference_service(world)
    wrong["metadata"]["annotations"]["serving.kserve.io/autoscalerClass"] = "kpa"
    assert "kpa" in refused(world, wrong)


@pytest.mark.req("S0-12")
def test_a_minimum_above_the_maximum_is_refused(world: World) -> None:
    wrong = inference_service(world)
    wrong["spec"]["predictor"].update(minReplicas=3, maxReplicas=2)
    assert "MinReplicas" in refused(world, wrong)


@pytest.mark.req("S0-16")
def test_a_scale_metric_is_refused_with_keda(world: World) -> None:
    scaling = {"min": 1, "max": 3, "metric": "rps", "target": 4}
    wrong = inference_service(world, scaling=scaling, cluster=PROMETHEUS)
    wrong["spec"]["predictor"]["scaleMetric"] = "rps"
    assert "ScaleMetric" in refused(world, wrong)


@pytest.mark.req("S0-33")
def test_many_runtimes_of_one_format_live_side_by_side(world: World) -> None:
    for name in ("one", "two"):
        runtime = next(
            each for each in world.render(platform="kserve", name=name) if each["kind"] == "ServingRuntime"
        )
        world.client.apply(runtime)


@pytest.mark.req("S0-34")
def test_a_change_of_the_runtime_changes_the_service(world: World) -> None:
    def stamp(image: str) -> str:
        made = world.serve(platform="kserve", engine="simulator", image=image)["InferenceService"]
        found: str = made["spec"]["predictor"]["annotations"]["inferops.serving/spec-hash"]
        return found

    assert stamp("registry.example/sim:1") != stamp("registry.example/sim:2")


@pytest.mark.req("S0-11")
@pytest.mark.parametrize(
    ("given", "copies"), [({"scaling": {"min": 1, "max": 1}}, 1), ({"scaling": {"min": 3}}, 3)]
)
def test_a_fixed_number_of_copies_is_read_back(world: World, given: dict[str, Any], copies: int) -> None:
    made = world.serve(platform="kserve", engine="simulator", **given)["InferenceService"]
    predictor = made["spec"]["predictor"]
    assert (predictor["minReplicas"], predictor["maxReplicas"]) == (copies, copies)
    assert made["metadata"]["annotations"]["serving.kserve.io/deploymentMode"] == "Standard"


@pytest.mark.req("S0-09")
def test_exactly_one_copy_in_knative_mode_is_read_back(world: World) -> None:
    """The target is said once; KServe makes Knative's annotation of it."""
    made = world.serve(platform="kserve", engine="simulator", presets=["kserve-fixed-one"])[
        "InferenceService"
    ]
    predictor = made["spec"]["predictor"]
    assert (predictor["minReplicas"], predictor["maxReplicas"]) == (1, 1)
    assert (predictor["scaleMetric"], predictor["scaleTarget"]) == ("concurrency", 1)
    assert made["metadata"]["annotations"]["serving.kserve.io/deploymentMode"] == "Knative"
