# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What KServe's own controller makes of our runtime and service."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.render.conftest import MakeNode, World, until

pytestmark = [pytest.mark.proof("C")]

PODS = "serving.kserve.io/inferenceservice=chat"


def ready(world: World, name: str = "chat") -> dict[str, Any] | None:
    """The service once it is Ready with the pods of its present spec."""
    service = world.get("serving.kserve.io/v1beta1", "InferenceService", name)
    conditions = {each["type"]: each["status"] for each in service.get("status", {}).get("conditions", [])}
    return service if conditions.get("Ready") == "True" else None


@pytest.mark.req("S0-08", "S0-32", "S2-06", "S2-22")
@pytest.mark.parametrize("engine", ["vllm", "triton-vllm", "simulator"])
def test_a_service_becomes_ready(world: World, gpu_node: MakeNode, engine: str) -> None:
    gpu = {} if engine == "simulator" else {"gpu": {"product": gpu_node(1)}}
    made = world.serve(platform="kserve", engine=engine, **gpu)
    service = until(lambda: ready(world), "Ready")
    assert service["status"]["deploymentMode"] == "Standard"
    (pod,) = world.running(1, PODS)
    runtime = made["ServingRuntime"]["spec"]["containers"][0]
    container = pod["spec"]["containers"][0]
    assert container["name"] == "kserve-container"
    assert container["args"] == runtime["args"]
    wanted = made["InferenceService"]["spec"]["predictor"]["model"]["resources"]
    assert container["resources"] == wanted
    assert container["startupProbe"]["httpGet"]["port"] == "http1"
    assert {each["name"] for each in runtime["volumeMounts"]} <= {
        each["name"] for each in pod["spec"]["volumes"]
    }


@pytest.mark.req("S2-23")
@pytest.mark.parametrize(
    ("store", "mounted"), [("models", "kserve-pvc-source"), ("bucket", None), ("hub", None)]
)
def test_kserve_brings_the_model_to_where_the_engine_looks(
    world: World, store: str, mounted: str | None
) -> None:
    world.admit_baseline()
    world.apply(world.secrets())
    world.serve(platform="kserve", model={"store": store}, gpu={"mode": "none"})
    (pod,) = until(lambda: world.pods(PODS) or None, "a pod")
    container = pod["spec"]["containers"][0]
    at_model = [each for each in container["volumeMounts"] if each["mountPath"] == container["args"][0]]
    assert len(at_model) == 1
    assert at_model[0]["readOnly"] is True
    if mounted:
        assert at_model[0]["name"] == mounted
    else:
        assert "storage-initializer" in [each["name"] for each in pod["spec"]["initContainers"]]


@pytest.mark.req("S2-23")
def test_kserve_fetches_adapters_too(world: World) -> None:
    world.admit_baseline()
    world.apply(world.secrets())
    model = {"store": "hub", "adapters": [{"name": "sql", "source": "org/sql", "rank": 8}]}
    lora = {"enabled": True, "max_rank": 8}
    world.serve(platform="kserve", model=model, lora=lora, gpu={"mode": "none"})
    (pod,) = until(lambda: world.pods(PODS) or None, "a pod")
    fetcher = next(each for each in pod["spec"]["initContainers"] if each["name"] == "storage-initializer")
    assert fetcher["args"] == ["hf://llama/8b", "/mnt/models", "hf://org/sql", "/mnt/adapters/org/sql"]
    mounts = [each["mountPath"] for each in pod["spec"]["containers"][0]["volumeMounts"]]
    assert any("/mnt/adapters/org/sql".startswith(path) for path in mounts)


@pytest.mark.req("S2-24", "S1-36")
@pytest.mark.parametrize(("store", "variable"), [("bucket", "AWS_ACCESS_KEY_ID"), ("hub", "HF_TOKEN")])
def test_kserve_fetches_with_our_credentials(world: World, store: str, variable: str) -> None:
    world.admit_baseline()
    world.apply(world.secrets())
    world.serve(platform="kserve", model={"store": store}, gpu={"mode": "none"})
    (pod,) = until(lambda: world.pods(PODS) or None, "a pod")
    fetcher = next(each for each in pod["spec"]["initContainers"] if each["name"] == "storage-initializer")
    env = {each["name"]: each for each in fetcher["env"]}
    assert "secretKeyRef" in env[variable]["valueFrom"]
    if store == "bucket":
        assert env["AWS_ENDPOINT_URL"]["value"] == "https://s3.ru-1.storage.selcloud.ru"
        assert env["AWS_DEFAULT_REGION"]["value"] == "ru-1"


@pytest.mark.req("S0-20", "S0-11")
def test_a_fixed_number_of_copies_has_no_autoscaler(world: World) -> None:
    world.serve(platform="kserve", engine="simulator", scaling={"min": 2})
    world.running(2, PODS)
    assert world.client.list("autoscaling/v2", "HorizontalPodAutoscaler", namespace=world.namespace) == []


@pytest.mark.req("S0-12", "S0-20")
def test_a_metric_gives_an_autoscaler_between_our_bounds(world: World) -> None:
    scaling = {"min": 1, "max": 4, "metric": "cpu", "target": 70}
    world.serve(platform="kserve", engine="simulator", scaling=scaling)

    def autoscaler() -> dict[str, Any] | None:
        found = world.client.list("autoscaling/v2", "HorizontalPodAutoscaler", namespace=world.namespace)
        return found[0]["spec"] if found else None

    spec = until(autoscaler, "an autoscaler")
    assert (spec["minReplicas"], spec["maxReplicas"]) == (1, 4)


@pytest.mark.req("S2-25")
def test_request_rate_reaches_keda(world: World) -> None:
    if world.client.served("keda.sh", "ScaledObject") is None:
        pytest.skip("not run: the cluster has no KEDA")
    cluster = {"components": {"prometheus": {"url": "http://prometheus.monitoring:9090"}}}
    scaling = {"min": 1, "max": 10, "metric": "rps", "target": 0.5}
    made = world.serve(platform="kserve", engine="simulator", cluster=cluster, scaling=scaling)
    (wanted,) = made["InferenceService"]["spec"]["predictor"]["autoScaling"]["metrics"]

    def scaled() -> list[dict[str, Any]] | None:
        return world.client.list("keda.sh/v1alpha1", "ScaledObject", namespace=world.namespace) or None

    (found,) = until(scaled, "a ScaledObject")
    assert (found["spec"]["minReplicaCount"], found["spec"]["maxReplicaCount"]) == (1, 10)
    (trigger,) = found["spec"]["triggers"]
    assert trigger["metadata"] == {
        "serverAddress": "http://prometheus.monitoring:9090",
        "query": wanted["external"]["metric"]["query"],
        "threshold": "0.5",
    }


@pytest.mark.req("S0-07", "S0-34")
def test_pods_are_replaced_by_what_makes_them_and_not_by_more_copies(world: World) -> None:
    given: dict[str, Any] = {"platform": "kserve", "engine": "triton-vllm", "gpu": {"mode": "none"}}

    def names(count: int) -> set[str]:
        return {pod["metadata"]["name"] for pod in world.running(count, PODS)}

    world.serve(engine_args={"gpu_memory_utilization": 0.5}, **given)
    first = names(1)
    world.serve(engine_args={"gpu_memory_utilization": 0.5}, scaling={"min": 2}, **given)
    assert first < names(2)
    world.serve(engine_args={"gpu_memory_utilization": 0.6}, scaling={"min": 2}, **given)
    until(lambda: not first & {pod["metadata"]["name"] for pod in world.pods(PODS)} or None, "new pods")


@pytest.mark.req("S2-30")
def test_a_stopped_service_gives_its_pods_back_and_keeps_its_objects(world: World) -> None:
    given: dict[str, Any] = {"platform": "kserve", "engine": "simulator"}
    world.serve(**given)
    world.running(1, PODS)
    world.serve(state="stopped", **given)
    until(lambda: not world.pods(PODS) or None, "no pods")
    world.get("serving.kserve.io/v1alpha1", "ServingRuntime", "chat")
    world.serve(**given)
    world.running(1, PODS)


@pytest.mark.req("S2-27")
def test_a_new_image_rolls_out_on_a_full_node(world: World, gpu_node: MakeNode) -> None:
    given: dict[str, Any] = {"platform": "kserve", "gpu": {"product": gpu_node(1)}}
    world.serve(image="vllm/vllm-openai:v0.32.0", **given)
    world.running(1, PODS)
    world.serve(image="vllm/vllm-openai:v0.33.0", **given)

    def replaced() -> bool | None:
        pods = world.running(1, PODS)
        return [pod["spec"]["containers"][0]["image"] for pod in pods] == ["vllm/vllm-openai:v0.33.0"] or None

    assert until(replaced, "the new pod")


def test_our_service_reaches_the_pods_of_kserve(world: World) -> None:
    made = world.serve(platform="kserve", engine="simulator", expose={"type": "nodeport"})
    (pod,) = world.running(1, PODS)

    def endpoints() -> list[str] | None:
        slices = world.client.list(
            "discovery.k8s.io/v1",
            "EndpointSlice",
            namespace=world.namespace,
            label_selector=f"kubernetes.io/service-name={made['Service']['metadata']['name']}",
        )
        ready_ = [
            (address, port["port"])
            for each in slices
            for endpoint in each["endpoints"] or []
            if endpoint["conditions"]["ready"]
            for address in endpoint["addresses"]
            for port in each["ports"]
        ]
        return ready_ or None

    assert until(endpoints, "an endpoint") == [(pod["status"]["podIP"], 8080)]


@pytest.mark.req("S2-01")
def test_the_same_entry_runs_on_either_platform(world: World) -> None:
    for platform in ("deployment", "kserve"):
        world.serve(platform=platform, name=f"on-{platform}", engine="simulator")
    world.running(1, "inferops.serving/service=on-deployment")
    until(lambda: ready(world, "on-kserve"), "Ready")
