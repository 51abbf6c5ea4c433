# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects

from tests.unit._plan.inventory import main_container, planned, rendered

PREFIX = "serving.kserve.io/"
PROMETHEUS = {"components": {"prometheus": {"url": "http://prometheus.monitoring:9090"}}}


def service(**given: Any) -> dict[str, Any]:
    return rendered(platform="kserve", **given)["InferenceService"]


def predictor(**given: Any) -> dict[str, Any]:
    found: dict[str, Any] = service(**given)["spec"]["predictor"]
    return found


def annotations(**given: Any) -> dict[str, str]:
    found: dict[str, str] = service(**given)["metadata"]["annotations"]
    return found


def runtime(**given: Any) -> dict[str, Any]:
    return rendered(platform="kserve", **given)["ServingRuntime"]


@pytest.mark.req("S2-01", "S2-45")
def test_one_entry_gives_a_runtime_and_then_the_service_that_names_it() -> None:
    kinds = [each["kind"] for each in service_objects(planned(platform="kserve", model={"store": "bucket"}))]
    assert kinds == ["ServiceAccount", "ServingRuntime", "InferenceService"]
    kinds = [each["kind"] for each in service_objects(planned(platform="kserve", engine="triton-vllm"))]
    assert kinds == ["ConfigMap", "ServingRuntime", "InferenceService"]


@pytest.mark.req("S0-08", "S2-22")
def test_runtime_and_resources_are_inside_the_model() -> None:
    found = predictor(resources={"cpu": {"request": "4", "limit": "8"}})
    assert found["model"]["runtime"] == "chat"
    assert found["model"]["modelFormat"] == {"name": "vLLM", "version": "1"}
    assert found["model"]["resources"]["requests"]["cpu"] == "4"
    assert found["model"]["resources"]["limits"]["cpu"] == "8"
    assert "resources" not in found
    assert "runtime" not in found


@pytest.mark.req("S2-22")
def test_the_lean_rag_preset_has_the_resources_of_its_document() -> None:
    resources = predictor(presets=["lean-rag"], cluster=PROMETHEUS)["model"]["resources"]
    assert resources["requests"] | {"ephemeral-storage": ""} == {
        "cpu": "4",
        "memory": "16Gi",
        "ephemeral-storage": "",
        "nvidia.com/gpu": "1",
    }
    assert (resources["limits"]["cpu"], resources["limits"]["memory"]) == ("8", "32Gi")


@pytest.mark.req("S0-18")
@pytest.mark.parametrize(
    ("version", "mode"),
    [
        (None, "Standard"),
        ("v0.20.0", "Standard"),
        ("0.16.0", "Standard"),
        ("v0.15.2", "RawDeployment"),
        ("0.13", "RawDeployment"),
    ],
)
def test_the_mode_is_always_said_in_the_spelling_of_the_version(version: str | None, mode: str) -> None:
    cluster = {"components": {"kserve": {"version": version}}} if version else None
    assert annotations(cluster=cluster)[PREFIX + "deploymentMode"] == mode


@pytest.mark.req("S0-20")
@pytest.mark.parametrize(
    ("scaling", "expected"),
    [
        ({}, "none"),
        ({"min": 1, "max": 3, "metric": "cpu", "target": 80}, "hpa"),
        ({"min": 1, "max": 3, "metric": "memory", "target": 80}, "hpa"),
        ({"min": 1, "max": 3, "metric": "rps", "target": 4}, "keda"),
        ({"min": 0, "max": 3, "metric": "queue_time", "target": 500000}, "keda"),
    ],
)
def test_the_autoscaler_is_always_said(scaling: dict[str, Any], expected: str) -> None:
    found = annotations(scaling=scaling, cluster=PROMETHEUS)
    assert found[PREFIX + "autoscalerClass"] == expected
    assert not [name for name in found if "knative" in name]


@pytest.mark.req("S0-12")
@pytest.mark.parametrize(
    ("scaling", "bounds"),
    [({}, (1, 1)), ({"min": 3}, (3, 3)), ({"min": 1, "max": 10, "metric": "rps", "target": 4}, (1, 10))],
)
def test_both_bounds_are_always_said(scaling: dict[str, Any], bounds: tuple[int, int]) -> None:
    found = predictor(scaling=scaling, cluster=PROMETHEUS)
    assert (found["minReplicas"], found["maxReplicas"]) == bounds


@pytest.mark.req("S2-25")
def test_request_rate_is_a_query_to_prometheus() -> None:
    scaling = {"min": 1, "max": 10, "metric": "rps", "target": 4}
    found = predictor(scaling=scaling, cluster=PROMETHEUS)
    (metric,) = found["autoScaling"]["metrics"]
    assert metric["type"] == "External"
    external = metric["external"]
    assert external["metric"]["backend"] == "prometheus"
    assert external["metric"]["serverAddress"] == "http://prometheus.monitoring:9090"
    query = external["metric"]["query"]
    assert "vllm:request_success_total" in query
    assert 'namespace="default"' in query
    assert "chat-predictor" in query
    assert external["target"] == {"type": "Value", "value": "4"}
    assert not {"scaleMetric", "scaleTarget"} & set(found)


@pytest.mark.req("S0-16")
def test_percentages_are_for_the_horizontal_autoscaler() -> None:
    found = predictor(scaling={"min": 1, "max": 3, "metric": "cpu", "target": 60})
    assert (found["scaleMetric"], found["scaleTarget"]) == ("cpu", 60)
    assert "autoScaling" not in found


def test_a_fraction_as_target_is_a_decimal_number() -> None:
    scaling = {"min": 1, "max": 3, "metric": "rps", "target": 0.5}
    (metric,) = predictor(scaling=scaling, cluster=PROMETHEUS)["autoScaling"]["metrics"]
    assert metric["external"]["target"]["value"] == "0.5"


@pytest.mark.req("S2-30")
def test_a_stopped_service_keeps_its_objects() -> None:
    assert annotations(state="stopped")[PREFIX + "stop"] == "true"
    assert PREFIX + "stop" not in annotations()
    assert set(rendered(platform="kserve", state="stopped")) == set(rendered(platform="kserve"))


@pytest.mark.req("XC-09")
def test_the_hash_is_on_the_predictor_and_never_on_the_service() -> None:
    """KServe copies annotations of the service to the pods: a change of them replaces all pods."""
    found = service()
    assert found["spec"]["predictor"]["annotations"]["inferops.serving/spec-hash"]
    assert not [name for name in found["metadata"]["annotations"] if name.startswith("inferops")]


@pytest.mark.parametrize(
    "change",
    [
        {"scaling": {"min": 4}},
        {"image": "vllm/vllm-openai:v0.32.0"},
        {"engine_args": {"max_model_len": 4096}},
        {"expose": {"type": "nodeport"}},
    ],
)
def test_metadata_of_the_service_changes_only_on_demand(change: dict[str, Any]) -> None:
    assert service(**change)["metadata"] == service()["metadata"]


@pytest.mark.req("S0-34")
def test_a_change_of_the_runtime_reaches_the_service() -> None:
    assert predictor(image="vllm/vllm-openai:v0.32.0")["annotations"] != predictor()["annotations"]


@pytest.mark.req("S0-32")
def test_a_runtime_for_triton() -> None:
    found = runtime(engine="triton-vllm")
    (container,) = found["spec"]["containers"]
    assert container["name"] == "kserve-container"
    assert container["command"] == ["tritonserver"]
    assert {each["containerPort"] for each in container["ports"]} == {8080, 9000, 8002}
    assert found["spec"]["annotations"]["prometheus.kserve.io/port"] == "8002"
    assert not {"serviceAccountName", "initContainers", "securityContext"} & set(found["spec"])


@pytest.mark.req("S0-33", "S2-07")
@pytest.mark.parametrize(
    ("engine", "format_", "protocols"),
    [("vllm", ("vLLM", "1"), None), ("triton-vllm", ("triton", "2"), ["v2", "grpc-v2"])],
)
def test_a_runtime_is_chosen_by_name_only(
    engine: str, format_: tuple[str, str], protocols: list[str] | None
) -> None:
    spec = runtime(engine=engine)["spec"]
    assert spec["supportedModelFormats"] == [{"name": format_[0], "version": format_[1], "autoSelect": False}]
    assert spec.get("protocolVersions") == protocols


@pytest.mark.req("S2-06")
def test_vllm_listens_where_kserve_expects_it() -> None:
    container = main_container(rendered(platform="kserve"))
    assert container["name"] == "kserve-container"
    assert container["ports"] == [{"name": "http1", "containerPort": 8080, "protocol": "TCP"}]
    assert "--port=8080" in container["args"]
    assert container["args"][0] == "/mnt/models"


@pytest.mark.req("S2-07")
def test_a_runtime_that_exists_is_used_and_none_is_made() -> None:
    objects = rendered(
        platform="kserve",
        kserve={"runtime": "existing:kserve-vllmserver"},
        engine_args={"extra": ["--max-loras=2"]},
        env={"LOG": "1"},
    )
    assert set(objects) == {"InferenceService"}
    model = objects["InferenceService"]["spec"]["predictor"]["model"]
    assert model["runtime"] == "kserve-vllmserver"
    assert model["args"] == ["--max-loras=2"]
    assert model["env"] == [{"name": "LOG", "value": "1"}]
    assert model["storageUri"] == "pvc://models/llama/8b"


@pytest.mark.req("S2-20")
def test_metrics_are_announced() -> None:
    assert runtime()["spec"]["annotations"] == {
        "prometheus.kserve.io/port": "8080",
        "prometheus.kserve.io/path": "/metrics",
    }


@pytest.mark.req("S2-21")
def test_the_dashboard_of_openshift_ai_finds_the_service_and_its_runtime() -> None:
    objects = rendered(platform="kserve", dashboard_compatible=True)
    for kind in ("ServingRuntime", "InferenceService"):
        found = objects[kind]["metadata"]
        assert found["name"] == "chat"
        assert found["labels"]["opendatahub.io/dashboard"] == "true"
        assert found["annotations"]["openshift.io/display-name"] == "chat"
    assert "opendatahub.io/dashboard" not in service()["metadata"]["labels"]


@pytest.mark.req("S2-23")
def test_a_model_of_the_hub_is_fetched_at_its_revision() -> None:
    model = {"source": "org/m", "store": "hub", "revision": "abc"}
    assert predictor(model=model)["model"]["storageUri"] == "hf://org/m:abc"


def test_with_a_cache_the_engine_fetches_by_itself() -> None:
    objects = rendered(platform="kserve", model={"source": "org/m", "store": "hub"}, cache={"store": "sfs"})
    assert "storageUri" not in objects["InferenceService"]["spec"]["predictor"]["model"]
    assert main_container(objects)["args"][0] == "org/m"


@pytest.mark.req("S0-32")
def test_fields_of_the_pod_are_on_the_predictor() -> None:
    found = predictor(pull_secrets=["ngc"], node_selector={"demo": "base"})
    assert found["tolerations"]
    assert found["affinity"]
    assert found["nodeSelector"] == {"demo": "base"}
    assert found["imagePullSecrets"] == [{"name": "ngc"}]
    assert found["securityContext"]["runAsNonRoot"] is True
    assert found["terminationGracePeriodSeconds"] == 75
