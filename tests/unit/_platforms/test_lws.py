# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._plan.inventory import Object, planned, service_objects

EXCLUSIVE = "leaderworkerset.sigs.k8s.io/exclusive-topology"
PODS = {"tensor": 8, "pods": "per-node", "gpus_per_node": 4}


def made(**given: Any) -> list[Object]:
    return service_objects(planned(**{"platform": "lws", "topology": PODS, **given}))


def groups(**given: Any) -> Object:
    [found] = [obj for obj in made(**given) if obj["kind"] == "LeaderWorkerSet"]
    return found


def placed(**placement: Any) -> dict[str, Any]:
    return {"topology": {**PODS, "placement": placement}}


def templates(obj: Object) -> tuple[Object, Object]:
    template = obj["spec"]["leaderWorkerTemplate"]
    return template["leaderTemplate"], template["workerTemplate"]


@pytest.mark.req("S1-89")
def test_a_group_is_one_copy_and_starts_anew_as_a_whole() -> None:
    spec = groups(scaling={"min": 3})["spec"]
    assert spec["replicas"] == 3
    assert spec["leaderWorkerTemplate"]["size"] == 2
    assert spec["leaderWorkerTemplate"]["restartPolicy"] == "RecreateGroupOnPodRestart"
    assert spec["startupPolicy"] == "LeaderCreated", "a leader is ready only with its workers"


@pytest.mark.parametrize(("pods", "size"), [({"pods": "per-gpu"}, 8), ({}, 1)])
def test_the_size_follows_from_the_topology(pods: dict[str, Any], size: int) -> None:
    assert groups(topology={"tensor": 8, **pods})["spec"]["leaderWorkerTemplate"]["size"] == size


def test_no_gpu_has_to_be_spare() -> None:
    rolling = groups()["spec"]["rolloutStrategy"]["rollingUpdateConfiguration"]
    assert rolling == {"maxSurge": 0, "maxUnavailable": 1}
    all_at_once = groups(rollout={"strategy": "recreate"})["spec"]["rolloutStrategy"]
    assert all_at_once["rollingUpdateConfiguration"] == {"maxSurge": 0, "maxUnavailable": "100%"}


def test_vllm_spreads_without_ray() -> None:
    leader, worker = (each["spec"]["containers"][0] for each in templates(groups()))
    shared = {
        "--distributed-executor-backend=mp",
        "--nnodes=2",
        "--node-rank=$(LWS_WORKER_INDEX)",
        "--master-addr=$(LWS_LEADER_ADDRESS)",
        "--tensor-parallel-size=8",
    }
    assert shared <= set(leader["args"])
    assert worker["args"] == [*leader["args"], "--headless"]
    assert "readinessProbe" in leader
    assert {"readinessProbe", "livenessProbe", "startupProbe", "ports", "lifecycle"}.isdisjoint(worker)
    assert leader["volumeMounts"] == worker["volumeMounts"]
    assert leader["resources"] == worker["resources"]


def test_engines_that_share_requests_meet_at_the_leader() -> None:
    topology = {"tensor": 4, "data": 2, "expert": True, "pods": "per-node", "gpus_per_node": 4}
    [leader] = templates(groups(topology=topology))[0]["spec"]["containers"]
    assert {
        "--data-parallel-size=2",
        "--enable-expert-parallel",
        "--data-parallel-address=$(LWS_LEADER_ADDRESS)",
        "--nnodes=2",
    } <= set(leader["args"])


def test_one_pod_needs_no_other() -> None:
    leader, _worker = templates(groups(topology={"tensor": 2}))
    assert not any("nnodes" in argument for argument in leader["spec"]["containers"][0]["args"])
    assert "sidecar.istio.io/inject" not in leader["metadata"]["labels"]


def test_requests_go_to_leaders() -> None:
    [service] = [obj for obj in made() if obj["kind"] == "Service"]
    assert service["spec"]["selector"] == {
        "inferops.serving/service": "chat",
        "leaderworkerset.sigs.k8s.io/worker-index": "0",
    }


def test_the_controllers_service_never_meets_ours() -> None:
    newer = groups(cluster={"components": {"lws": {"version": "v0.8.0"}}})
    assert newer["metadata"]["name"] == "chat"
    assert newer["spec"]["networkConfig"] == {"subdomainPolicy": "UniquePerReplica"}
    older = groups(cluster={"components": {"lws": {"version": "v0.3.0"}}})
    assert older["metadata"]["name"] == "chat-group"
    assert "networkConfig" not in older["spec"]


def test_a_stopped_service_keeps_its_set() -> None:
    assert groups(state="stopped")["spec"]["replicas"] == 0


@pytest.mark.req("S1-90")
@pytest.mark.parametrize(
    ("scaling", "kind"),
    [
        ({"metric": "queue_ratio"}, "HorizontalPodAutoscaler"),
        ({"metric": "external", "query": "sum(up)"}, "ScaledObject"),
    ],
)
def test_autoscalers_add_groups(scaling: dict[str, Any], kind: str) -> None:
    cluster = {"components": {"prometheus": {"url": "http://prometheus:9090"}}}
    given = {"scaling": {"min": 1, "max": 4, **scaling}, "cluster": cluster}
    if scaling["metric"] == "queue_ratio":
        given |= {"engine": "triton-trtllm"}
    objects = made(**given)
    [scaler] = [obj for obj in objects if obj["kind"] == kind]
    assert scaler["spec"]["scaleTargetRef"] == {
        "apiVersion": "leaderworkerset.x-k8s.io/v1",
        "kind": "LeaderWorkerSet",
        "name": "chat",
    }
    assert "replicas" not in groups(**given)["spec"]


@pytest.mark.req("S1-91")
def test_a_copy_has_its_place_for_itself() -> None:
    assert groups(**placed(colocate="node"))["metadata"]["annotations"] == {
        EXCLUSIVE: "kubernetes.io/hostname"
    }
    rack = "topology.kubernetes.io/rack"
    assert groups(**placed(colocate=rack))["metadata"]["annotations"] == {EXCLUSIVE: rack}
    assert "annotations" not in groups()["metadata"]


@pytest.mark.req("S1-88", "S1-91")
def test_kueue_admits_groups_and_finds_their_place() -> None:
    obj = groups(**placed(gang="kueue", queue="gpus", colocate="node"))
    assert obj["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "gpus"
    assert "annotations" not in obj["metadata"]
    for template in templates(obj):
        annotations = template["metadata"]["annotations"]
        assert annotations["kueue.x-k8s.io/podset-required-topology"] == "kubernetes.io/hostname"
        assert annotations["kueue.x-k8s.io/podset-group-name"] == "chat"


@pytest.mark.req("S1-88")
def test_volcano_knows_the_groups_from_the_controller() -> None:
    obj = groups(**placed(gang="volcano", queue="research"))
    assert obj["metadata"]["annotations"] == {"scheduling.volcano.sh/queue-name": "research"}
    assert [each["spec"]["schedulerName"] for each in templates(obj)] == ["volcano", "volcano"]


def test_a_simulator_can_stand_in_for_a_group() -> None:
    obj = groups(engine="simulator")
    assert obj["spec"]["leaderWorkerTemplate"]["size"] == 2
    leader, worker = (each["spec"]["containers"] for each in templates(obj))
    assert leader == worker


@pytest.mark.req("S1-88")
@pytest.mark.parametrize("platform", ["deployment", "kserve"])
def test_pods_alone_can_stand_in_a_queue_too(platform: str) -> None:
    placement = {"gang": "kueue", "queue": "gpus"}
    objects = service_objects(planned(platform=platform, topology={"tensor": 2, "placement": placement}))
    kind = {"deployment": "Deployment", "kserve": "InferenceService"}[platform]
    [workload] = [obj for obj in objects if obj["kind"] == kind]
    assert workload["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "gpus"
