# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What controllers and scheduler make of our objects, with simulated nodes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.render.conftest import MakeNode, World, until

pytestmark = [pytest.mark.proof("C")]

Object = dict[str, Any]


def waiting(world: World) -> list[Object] | None:
    """Pods for which the scheduler found no node."""
    found = [
        pod
        for pod in world.pods()
        for condition in pod["status"].get("conditions", [])
        if condition["type"] == "PodScheduled" and condition.get("reason") == "Unschedulable"
    ]
    return found or None


def image_of(pod: Object) -> str:
    image: str = pod["spec"]["containers"][0]["image"]
    return image


@pytest.mark.req("XC-23")
def test_gpu_pods_run_on_the_tainted_nodes_and_others_beside_them(world: World, gpu_node: MakeNode) -> None:
    product = gpu_node(2)
    world.serve(gpu={"product": product})
    world.serve(name="sim", engine="simulator")
    (gpu_pod,) = world.running(1)
    (cpu_pod,) = world.running(1, "inferops.serving/service=sim")
    assert gpu_pod["spec"]["nodeName"] == product.lower()
    node = world.client.get("v1", "Node", cpu_pod["spec"]["nodeName"])
    assert node is not None
    assert not node["spec"].get("taints")


@pytest.mark.req("XC-23")
def test_without_our_toleration_and_selector_the_pod_would_go_elsewhere(
    world: World, gpu_node: MakeNode
) -> None:
    product = gpu_node(2)
    (deployment, _) = world.render(gpu={"product": product})
    del deployment["spec"]["template"]["spec"]["tolerations"]
    world.apply([deployment])
    (pod,) = until(lambda: waiting(world), "an unschedulable pod")
    assert "spec" in pod


@pytest.mark.req("S0-22")
def test_a_third_copy_waits_where_only_two_gpus_are(world: World, gpu_node: MakeNode) -> None:
    world.serve(gpu={"product": gpu_node(2)}, scaling={"min": 3})
    assert len(world.running(2)) == 2
    (pending,) = until(lambda: waiting(world), "the third pod without a node")
    (condition,) = [each for each in pending["status"]["conditions"] if each["type"] == "PodScheduled"]
    assert "Insufficient nvidia.com/gpu" in condition["message"]


@pytest.mark.req("S2-12", "S4-03")
def test_the_scheduler_counts_the_gpus_of_the_topology(world: World, gpu_node: MakeNode) -> None:
    world.serve(gpu={"product": gpu_node(8)}, topology={"tensor": 4}, scaling={"min": 3})
    assert len(world.running(2)) == 2
    assert until(lambda: waiting(world), "the third pod without a node")


@pytest.mark.req("S2-27")
@pytest.mark.parametrize("rollout", [{}, {"strategy": "recreate"}])
def test_a_new_image_rolls_out_on_a_full_node(
    world: World, gpu_node: MakeNode, rollout: dict[str, str]
) -> None:
    given: dict[str, Any] = {"gpu": {"product": gpu_node(1)}, "rollout": rollout}
    world.serve(image="vllm/vllm-openai:v0.32.0", **given)
    world.running(1)
    world.serve(image="vllm/vllm-openai:v0.33.0", **given)

    def replaced() -> bool | None:
        status = world.get("apps/v1", "Deployment", "chat")["status"]
        images = {image_of(pod) for pod in world.pods()}
        return (images == {"vllm/vllm-openai:v0.33.0"} and status.get("readyReplicas") == 1) or None

    assert until(replaced, "the new pod in place of the old")


@pytest.mark.req("S0-07")
def test_a_change_of_model_json_replaces_the_pods_and_more_copies_do_not(world: World) -> None:
    def revisions() -> list[str]:
        sets = world.client.list("apps/v1", "ReplicaSet", namespace=world.namespace)
        return sorted(each["metadata"]["name"] for each in sets)

    given: dict[str, Any] = {"engine": "triton-vllm", "gpu": {"mode": "none"}}
    world.serve(engine_args={"gpu_memory_utilization": 0.5}, **given)
    world.running(1)
    first = revisions()
    world.serve(engine_args={"gpu_memory_utilization": 0.5}, scaling={"min": 2}, **given)
    world.running(2)
    assert revisions() == first
    world.serve(engine_args={"gpu_memory_utilization": 0.6}, scaling={"min": 2}, **given)
    until(lambda: len(revisions()) == 2 or None, "a new ReplicaSet")


@pytest.mark.req("XC-20", "S0-37", "S2-17")
@pytest.mark.parametrize("engine", ["vllm", "triton-vllm", "simulator"])
@pytest.mark.parametrize("flavor", ["kubernetes", "openshift"])
def test_a_restricted_namespace_admits_the_pods(world: World, engine: str, flavor: str) -> None:
    world.serve(engine=engine, cluster={"flavor": flavor}, gpu={"mode": "none"}, model={"store": "bucket"})
    (pod,) = world.running(1)
    assert pod["metadata"]["namespace"] == world.namespace


@pytest.mark.req("XC-22")
def test_a_quota_that_asks_for_all_amounts_is_content(world: World) -> None:
    kinds = ("cpu", "memory", "ephemeral-storage")
    hard = {
        f"{side}.{kind}": "500" if kind == "cpu" else "5Ti"
        for side in ("requests", "limits")
        for kind in kinds
    }
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "all", "namespace": world.namespace},
        "spec": {"hard": hard},
    }
    world.apply([quota])
    until(lambda: world.get("v1", "ResourceQuota", "all").get("status", {}).get("hard"), "an active quota")
    world.serve(gpu={"mode": "none"}, model={"store": "bucket"})
    (pod,) = world.running(1)
    assert len(pod["spec"]["initContainers"]) == 1


@pytest.mark.req("S0-29")
def test_shared_memory_is_in_the_pod(world: World) -> None:
    world.serve(gpu={"mode": "none"}, shm_size="2Gi")
    (pod,) = world.running(1)
    volume = next(each for each in pod["spec"]["volumes"] if each["name"] == "dshm")
    assert volume["emptyDir"] == {"medium": "Memory", "sizeLimit": "2Gi"}


@pytest.mark.req("S2-19")
def test_a_slow_start_is_waited_for(world: World) -> None:
    """The pod takes its time; the Deployment neither counts it as ready before nor gives up on it."""
    slow = {"sim.lab/ready-after": "6s"}
    world.serve(gpu={"mode": "none"}, annotations=slow, verify={"startup_timeout": 1800})
    world.running(1)
    first = world.get("apps/v1", "Deployment", "chat")
    assert not first["status"].get("readyReplicas")
    assert first["spec"]["progressDeadlineSeconds"] > 1800

    def ready() -> bool | None:
        return world.get("apps/v1", "Deployment", "chat")["status"].get("readyReplicas") == 1 or None

    assert until(ready, "the slow pod")


@pytest.mark.proof("A")
@pytest.mark.req("S0-24")
def test_visible_devices_are_stored_as_text(world: World) -> None:
    devices = {"mode": "visible-devices", "visible_devices": [0, 1], "acknowledge_unaccounted_gpu": True}
    stored = world.serve(topology={"tensor": 2}, gpu=devices)["Deployment"]
    env = stored["spec"]["template"]["spec"]["containers"][0]["env"]
    assert {"name": "CUDA_VISIBLE_DEVICES", "value": "0,1"} in env


@pytest.mark.proof("A")
@pytest.mark.req("S1-96")
def test_labels_of_the_user_change_without_breaking_the_selector(world: World) -> None:
    """The API server refuses a changed selector."""
    for labels in ({"team": "search"}, {"team": "chat", "stage": "prod"}, {}):
        stored = world.serve(gpu={"mode": "none"}, labels=labels)["Deployment"]
        assert stored["spec"]["selector"]["matchLabels"] == {"inferops.serving/service": "chat"}
        assert labels.items() <= stored["spec"]["template"]["metadata"]["labels"].items()
