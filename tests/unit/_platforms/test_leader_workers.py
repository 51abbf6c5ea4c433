# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._plan.inventory import Object, planned, service_objects

ENGINE = {
    "engine": "triton-trtllm",
    "platform": "leader-workers",
    "image": "nvcr.io/nvidia/tritonserver:24.04-trtllm-python-py3",
}


def made(**given: Any) -> list[Object]:
    return service_objects(planned(**{**ENGINE, "topology": {"tensor": 4}, **given}))


def of_kind(objects: list[Object], kind: str) -> dict[str, Object]:
    return {obj["metadata"]["name"]: obj for obj in objects if obj["kind"] == kind}


def placement(**given: Any) -> dict[str, Any]:
    return {"topology": {"tensor": 2, "placement": given}}


def pods(objects: list[Object]) -> list[Object]:
    return [obj["spec"]["template"] for obj in of_kind(objects, "Deployment").values()]


@pytest.mark.req("S1-61")
def test_a_copy_is_a_leader_and_a_worker_for_every_other_gpu() -> None:
    assert list(of_kind(made(), "Deployment")) == [
        "chat-leader",
        "chat-worker1",
        "chat-worker2",
        "chat-worker3",
    ]


@pytest.mark.req("S1-61", "S1-82")
def test_one_gpu_needs_no_worker() -> None:
    assert list(of_kind(made(topology={"tensor": 1}), "Deployment")) == ["chat-leader"]


@pytest.mark.req("S1-62")
def test_a_pod_can_have_all_gpus_of_its_node() -> None:
    deployments = of_kind(made(topology={"tensor": 8, "pods": "per-node", "gpus_per_node": 4}), "Deployment")
    assert list(deployments) == ["chat-leader", "chat-worker1"]
    for each in deployments.values():
        [engine] = each["spec"]["template"]["spec"]["containers"]
        assert engine["resources"]["limits"]["nvidia.com/gpu"] == "4"


@pytest.mark.req("S1-71")
def test_no_generation_overlaps_the_next() -> None:
    for each in of_kind(made(), "Deployment").values():
        assert each["spec"]["strategy"] == {"type": "Recreate"}
        assert each["spec"]["replicas"] == 1


@pytest.mark.req("S1-96")
def test_selectors_match_their_own_pods_alone() -> None:
    deployments = of_kind(made(labels={"team": "search"}), "Deployment")
    selectors = {name: each["spec"]["selector"]["matchLabels"] for name, each in deployments.items()}
    for name, selector in selectors.items():
        fitting = [
            other
            for other, each in deployments.items()
            if selector.items() <= each["spec"]["template"]["metadata"]["labels"].items()
        ]
        assert fitting == [name]


@pytest.mark.req("S1-69")
def test_requests_go_to_the_leader_alone() -> None:
    objects = made()
    service = of_kind(objects, "Service")["chat"]
    reached = [
        name
        for name, each in of_kind(objects, "Deployment").items()
        if service["spec"]["selector"].items() <= each["spec"]["template"]["metadata"]["labels"].items()
    ]
    assert reached == ["chat-leader"]
    assert not of_kind(made(expose={"type": "none"}), "Service")


def test_workers_are_not_asked_and_may_ask_nobody() -> None:
    leader, *workers = pods(made())
    assert leader["spec"]["automountServiceAccountToken"] is True
    for worker in workers:
        [engine] = worker["spec"]["containers"]
        assert {"ports", "readinessProbe", "livenessProbe", "startupProbe"}.isdisjoint(engine)
        assert worker["spec"]["automountServiceAccountToken"] is False
        assert "serviceAccountName" not in worker["spec"]


@pytest.mark.req("S1-68")
def test_an_account_of_the_user_has_rights_of_its_own() -> None:
    assert set(of_kind(made(), "ServiceAccount")) == set(of_kind(made(), "RoleBinding")) == {"chat"}
    objects = made(service_account="runner")
    assert not of_kind(objects, "ServiceAccount")
    assert not of_kind(objects, "Role")
    assert pods(objects)[0]["spec"]["serviceAccountName"] == "runner"


@pytest.mark.req("S1-67", "S1-83")
def test_all_pods_of_a_copy_are_on_gpus_of_one_product() -> None:
    deployments = of_kind(
        made(topology={"tensor": 2}, gpu={"product": ["NVIDIA-A10G", "NVIDIA-L4"]}), "Deployment"
    )
    assert list(deployments) == [
        "chat-nvidia-a10g-leader",
        "chat-nvidia-a10g-worker1",
        "chat-nvidia-l4-leader",
        "chat-nvidia-l4-worker1",
    ]
    for name, each in deployments.items():
        affinity = each["spec"]["template"]["spec"]["affinity"]["nodeAffinity"]
        [term] = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
        values = {each["key"]: each["values"] for each in term["matchExpressions"]}
        assert values["nvidia.com/gpu.product"] == ["NVIDIA-A10G" if "a10g" in name else "NVIDIA-L4"]


def test_more_copies_leave_the_first_as_it_is() -> None:
    two = of_kind(made(topology={"tensor": 2}, scaling={"min": 2}), "Deployment")
    assert list(two) == ["chat-leader", "chat-worker1", "chat-2-leader", "chat-2-worker1"]
    one = of_kind(made(topology={"tensor": 2}), "Deployment")
    assert one["chat-leader"]["spec"] == two["chat-leader"]["spec"]


def test_a_stopped_service_starts_nothing() -> None:
    objects = made(state="stopped")
    assert all(each["spec"]["replicas"] == 0 for each in of_kind(objects, "Deployment").values())
    assert not of_kind(objects, "Job")


@pytest.mark.req("S1-76")
def test_a_job_that_comes_before_is_marked_and_no_server() -> None:
    objects = made()
    [job] = of_kind(objects, "Job").values()
    assert job["metadata"]["annotations"]["inferops.serving/before-servers"] == "true"
    labels = job["spec"]["template"]["metadata"]["labels"]
    [service] = of_kind(objects, "Service").values()
    assert not service["spec"]["selector"].items() <= labels.items()
    rules = job["spec"]["podFailurePolicy"]["rules"]
    assert {rule["action"] for rule in rules} == {"Ignore", "FailJob"}
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"


@pytest.mark.req("S1-81")
def test_ranks_talk_past_the_mesh() -> None:
    assert all(pod["metadata"]["labels"]["sidecar.istio.io/inject"] == "false" for pod in pods(made()))


@pytest.mark.req("S1-88")
def test_volcano_has_a_group_for_each_copy() -> None:
    objects = made(scaling={"min": 2}, **placement(gang="volcano", queue="research"))
    groups = of_kind(objects, "PodGroup")
    assert {name: each["spec"] for name, each in groups.items()} == {
        "chat": {"minMember": 2, "queue": "research"},
        "chat-2": {"minMember": 2, "queue": "research"},
    }
    for pod in pods(objects):
        assert pod["spec"]["schedulerName"] == "volcano"
    named = [pod["metadata"]["annotations"]["scheduling.k8s.io/group-name"] for pod in pods(objects)]
    assert named == ["chat", "chat", "chat-2", "chat-2"]


@pytest.mark.req("S1-88")
def test_coscheduling_has_its_own_groups_and_the_users_scheduler() -> None:
    objects = made(**placement(gang="coscheduling", scheduler="gangs"))
    [group] = of_kind(objects, "PodGroup").values()
    assert group["apiVersion"] == "scheduling.x-k8s.io/v1alpha1"
    for pod in pods(objects):
        assert pod["metadata"]["labels"]["scheduling.x-k8s.io/pod-group"] == "chat"
        assert pod["spec"]["schedulerName"] == "gangs"


@pytest.mark.req("S1-91")
def test_the_pods_of_a_copy_draw_each_other() -> None:
    for pod in pods(made(**placement(colocate="topology.kubernetes.io/rack"))):
        affinity = pod["spec"]["affinity"]["podAffinity"]
        [rack] = affinity["requiredDuringSchedulingIgnoredDuringExecution"]
        assert rack["topologyKey"] == "topology.kubernetes.io/rack"
        assert rack["labelSelector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
        [nearest] = affinity["preferredDuringSchedulingIgnoredDuringExecution"]
        assert nearest["podAffinityTerm"]["topologyKey"] == "kubernetes.io/hostname"
    [leader, _worker] = pods(made(**placement(colocate="node")))
    assert "preferredDuringSchedulingIgnoredDuringExecution" not in leader["spec"]["affinity"]["podAffinity"]
