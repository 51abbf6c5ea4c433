# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Groups under the real controller of LeaderWorkerSets."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.groups.conftest import PRODUCT, Fleet, Object
from tests.support.lab import eventually

pytestmark = [pytest.mark.proof("C")]

RACK = "topology.kubernetes.io/rack"
GROUPS: Object = {
    "platform": "lws",
    "topology": {"tensor": 4, "pipeline": 2, "pods": "per-node", "gpus_per_node": 4},
    "gpu": {"product": PRODUCT},
}


def placed(**placement: Any) -> Object:
    return {**GROUPS, "topology": {**GROUPS["topology"], "placement": placement}}


def lws(services: Fleet) -> Object:
    [found] = services.client.list(
        "leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", namespace=services.namespace
    )
    return found


def environment(pod: Object) -> dict[str, str]:
    return {each["name"]: each.get("value", "") for each in pod["spec"]["containers"][0]["env"]}


@pytest.mark.req("S1-62", "S1-89")
def test_a_group_is_whole_or_starts_anew_and_stops_without_a_trace(services: Fleet) -> None:
    verdict = services.roll_out({**GROUPS, "scaling": {"min": 2}})["chat"]
    assert verdict.ready, verdict.diagnosis
    pods = {pod["metadata"]["name"]: pod for pod in services.pods()}
    assert set(pods) == {"chat-0", "chat-0-1", "chat-1", "chat-1-1"}
    for name, pod in pods.items():
        [engine] = pod["spec"]["containers"]
        assert engine["resources"]["limits"]["nvidia.com/gpu"] == "4"
        given = environment(pod)
        group, rank = name.split("-")[1], name.split("-")[2:] or ["0"]
        assert given["LWS_WORKER_INDEX"] == rank[0]
        assert given["LWS_LEADER_ADDRESS"] == f"chat-{group}.chat-{group}.{services.namespace}"
        assert "--node-rank=$(LWS_WORKER_INDEX)" in engine["args"]
        assert ("--headless" in engine["args"]) == (rank[0] == "1")
    # requests go to the leaders, and the ranks of a group find each other
    eventually(lambda: endpoints(services, "chat") == {"chat-0", "chat-1"})
    eventually(lambda: endpoints(services, "chat-0") == {"chat-0", "chat-0-1"})
    assert services.roll_out({**GROUPS, "scaling": {"min": 2}})["chat"].changed is False
    assert services.answer() == ["answered"]

    services.client.delete(pods["chat-0-1"])
    old = {pods["chat-0"]["metadata"]["uid"], pods["chat-0-1"]["metadata"]["uid"]}

    def renewed() -> bool:
        now = {pod["metadata"]["name"]: pod["metadata"]["uid"] for pod in services.pods()}
        return len(now) == 4 and not old & set(now.values())

    eventually(renewed, seconds=180)  # foreground deletion waits for the collector, which looks now and then
    kept = {pod["metadata"]["uid"] for pod in services.pods()}
    assert pods["chat-1"]["metadata"]["uid"] in kept, "the other group stays"

    stopped = services.roll_out({**GROUPS, "state": "stopped"})["chat"]
    assert stopped.ready is None or stopped.ready is False
    assert not stopped.diagnosis
    eventually(lambda: not services.pods())


def endpoints(services: Fleet, name: str) -> set[str]:
    """Names of the pods behind a Service."""
    slices = services.client.list(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        namespace=services.namespace,
        label_selector=f"kubernetes.io/service-name={name}",
    )
    return {each["targetRef"]["name"] for one in slices for each in one.get("endpoints") or ()}


@pytest.mark.req("S1-71", "S1-89")
def test_groups_are_replaced_one_by_one_and_a_bad_image_ends_the_wait(services: Fleet) -> None:
    two = {**GROUPS, "scaling": {"min": 2}, "version": "0.33.0"}
    assert services.roll_out(two)["chat"].ready
    verdict = services.roll_out({**two, "image": "registry.example/does-not-exist:1"})["chat"]
    assert verdict.ready is False
    assert "ImagePull" in {one.code for one in verdict.diagnosis}
    images = [pod["spec"]["containers"][0]["image"] for pod in services.pods()]
    assert len(images) <= 4
    assert any("does-not-exist" not in image for image in images), "a group of the old version still serves"
    assert services.roll_out(two)["chat"].ready


@pytest.mark.req("S2-50")
def test_what_breaks_a_worker_is_told_of_the_group(services: Fleet) -> None:
    """A LeaderWorkerSet has no condition for it: its pods tell."""
    asked = {**GROUPS, "annotations": {"sim.lab/outcome": "oom-loop", "sim.lab/back-off": "1s"}}
    verdict = services.roll_out(asked, wait_timeout=60)["chat"]
    assert verdict.ready is False
    assert {one.code for one in verdict.diagnosis} == {"OutOfMemory"}
    assert all("LeaderWorkerSet" in one.object and "Pod" in one.where for one in verdict.diagnosis)


@pytest.mark.req("S1-91")
@pytest.mark.parametrize(("colocate", "label"), [("node", "kubernetes.io/hostname"), (RACK, RACK)])
def test_the_pods_of_a_copy_are_together(services: Fleet, colocate: str, label: str) -> None:
    verdict = services.roll_out({**placed(colocate=colocate), "scaling": {"min": 2}})["chat"]
    assert verdict.ready, verdict.diagnosis
    places: dict[str, set[str]] = {}
    for pod in services.pods():
        node = services.client.get("v1", "Node", pod["spec"]["nodeName"])
        assert node is not None
        group = pod["metadata"]["labels"]["leaderworkerset.sigs.k8s.io/group-index"]
        places.setdefault(group, set()).add(node["metadata"]["labels"][label])
    assert [len(each) for each in places.values()] == [1, 1]
    assert places["0"] != places["1"], "each copy has its place for itself"


@pytest.mark.req("S1-90")
def test_an_autoscaler_adds_whole_groups(services: Fleet) -> None:
    scaling = {"min": 1, "max": 4, "metric": "queue_ratio", "target": 1}
    services.roll_out({**GROUPS, "engine": "triton-trtllm", "scaling": scaling})
    [scaler] = services.client.list("autoscaling/v2", "HorizontalPodAutoscaler", namespace=services.namespace)
    assert scaler["spec"]["scaleTargetRef"]["kind"] == "LeaderWorkerSet"

    def finds_its_target() -> bool:
        [live] = services.client.list(
            "autoscaling/v2", "HorizontalPodAutoscaler", namespace=services.namespace
        )
        conditions = {one["type"]: one for one in (live.get("status") or {}).get("conditions") or ()}
        return conditions.get("AbleToScale", {}).get("status") == "True"

    eventually(finds_its_target)
    group = lws(services)
    services.client.request(
        "PATCH",
        f"/apis/leaderworkerset.x-k8s.io/v1/namespaces/{services.namespace}/leaderworkersets/chat/scale",
        body={"spec": {"replicas": 2}},
        content_type="application/merge-patch+json",
    )
    eventually(lambda: len(services.pods()) == 4)
    assert "replicas" not in services.plans[0].platform.objects(services.plans[0])[-2]["spec"]
    assert group["spec"]["leaderWorkerTemplate"]["size"] == 2
