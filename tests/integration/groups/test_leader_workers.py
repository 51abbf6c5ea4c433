# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A leader and its workers as Deployments, scheduled by the real scheduler."""

from __future__ import annotations

import threading
import time
from collections import Counter

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects

from tests.integration.groups.conftest import OTHER_PRODUCT, PRODUCT, Fleet, Object
from tests.support.lab import eventually

pytestmark = [pytest.mark.proof("C")]

EIGHT = {
    "engine": "triton-trtllm",
    "platform": "leader-workers",
    "image": "nvcr.io/nvidia/tritonserver:24.04-trtllm-python-py3",
    "topology": {"tensor": 8},
    "gpu": {"product": PRODUCT},
    "node_selector": {"kubernetes.io/hostname": "gpu-0"},
}
READY = {"conversion": {"enabled": False}}
PORTS = {"http": 8000, "grpc": 8001, "metrics": 8002}
PROBES = {
    "livenessProbe": ("/v2/health/live", 10, 2, 15),
    "readinessProbe": ("/v2/health/ready", 15, 2, 15),
    "startupProbe": ("/v2/health/ready", 60, 15, 60),
}
"""Path, seconds before the first question and between two, and failures that decide."""
SERVING = {"inferops.serving/service": "chat"}


def gpus(pod: Object) -> int:
    return sum(int(each["resources"]["limits"]["nvidia.com/gpu"]) for each in pod["spec"]["containers"])


@pytest.mark.req("S1-61", "S1-63", "S1-64", "S1-65", "S1-67", "S1-69", "S1-76", "S1-84")
def test_conversion_and_ranks_use_the_same_gpus_one_after_the_other(on_a_claim: Fleet) -> None:
    verdict = on_a_claim.roll_out(EIGHT)["chat"]
    assert verdict.ready, verdict.diagnosis
    [job] = on_a_claim.client.list("batch/v1", "Job", namespace=on_a_claim.namespace)
    assert any(one["type"] == "Complete" and one["status"] == "True" for one in job["status"]["conditions"])
    pods = on_a_claim.pods(**SERVING)
    assert Counter(gpus(pod) for pod in pods) == {1: 8}, "eight pods with one GPU each"
    assert {pod["spec"]["nodeName"] for pod in pods} == {"gpu-0"}
    ranks = {pod["metadata"]["labels"]["pod-rank"] for pod in pods}
    assert ranks == {str(rank) for rank in range(8)}
    deployments = on_a_claim.client.list("apps/v1", "Deployment", namespace=on_a_claim.namespace)
    assert {one["metadata"]["name"]: one["status"]["readyReplicas"] for one in deployments} == {
        "chat-leader": 1,
        **{f"chat-worker{rank}": 1 for rank in range(1, 8)},
    }
    [leader] = on_a_claim.pods(**SERVING, **{"pod-rank": "0"})
    [engine] = leader["spec"]["containers"]
    assert {port["name"]: port["containerPort"] for port in engine["ports"]} == PORTS
    assert {name: asked(engine[name]) for name in PROBES} == PROBES
    [idle] = on_a_claim.pods(**SERVING, **{"pod-rank": "7"})[0]["spec"]["containers"]
    assert not {"ports", *PROBES} & set(idle)
    assert endpoints(on_a_claim) == {leader["metadata"]["name"]}
    service = on_a_claim.client.get("v1", "Service", "chat", on_a_claim.namespace)
    assert service is not None
    assert {port["name"]: port["port"] for port in service["spec"]["ports"]} == PORTS
    assert on_a_claim.roll_out(EIGHT)["chat"].changed is False
    assert on_a_claim.answer() == ["answered"]


def asked(probe: Object) -> tuple[str, int, int, int]:
    assert probe["httpGet"]["port"] == "http"
    times = ("initialDelaySeconds", "periodSeconds", "failureThreshold")
    return (probe["httpGet"]["path"], *(probe[name] for name in times))


def endpoints(services: Fleet) -> set[str]:
    """Names of the pods behind the Service."""
    slices = services.client.list(
        "discovery.k8s.io/v1",
        "EndpointSlice",
        namespace=services.namespace,
        label_selector="kubernetes.io/service-name=chat",
    )
    return {each["targetRef"]["name"] for one in slices for each in one.get("endpoints") or ()}


@pytest.mark.req("S1-76")
def test_all_at_once_the_conversion_never_gets_its_gpus(on_a_claim: Fleet) -> None:
    """What the order is good for."""
    [plan] = on_a_claim.planned(EIGHT)
    on_a_claim.plans = [plan]
    objects = service_objects(plan)
    for obj in sorted(objects, key=lambda obj: str(obj["kind"]) == "Job"):
        on_a_claim.client.apply(obj)
    eventually(lambda: sum(1 for pod in on_a_claim.pods(**SERVING) if pod["spec"].get("nodeName")) == 8)
    [job] = [obj for obj in objects if obj["kind"] == "Job"]
    own = {"batch.kubernetes.io/job-name": job["metadata"]["name"]}

    def refused() -> bool:
        conditions = [one for pod in on_a_claim.pods(**own) for one in pod["status"].get("conditions") or ()]
        return any(one.get("reason") == "Unschedulable" for one in conditions)

    eventually(refused)
    for obj in objects:
        on_a_claim.client.delete(obj)


@pytest.mark.req("S1-66", "S1-70", "S1-80", "S1-81", "S1-82")
def test_what_is_asked_for_a_pod_reaches_every_pod(on_a_claim: Fleet) -> None:
    asked = {
        **EIGHT,
        "topology": {"tensor": 2},
        "labels": {"team": "search"},
        "tolerations": [{"key": "spot", "operator": "Exists"}],
        "engine_args": {"log_verbose": 1, "log_iso8601": True},
        "shm_size": "64Gi",
        "resources": {
            "cpu": {"request": "4", "limit": "4"},
            "memory": {"request": "32Gi", "limit": "32Gi"},
            "ephemeral": {"request": "1Gi", "limit": "1Gi"},
        },
    }
    single = {**asked, "name": "single", "topology": {"tensor": 1}, "resources": asked["resources"]}
    verdicts = on_a_claim.roll_out(asked, single)
    assert all(one.ready for one in verdicts.values()), verdicts
    objects = [
        *on_a_claim.client.list("apps/v1", "Deployment", namespace=on_a_claim.namespace),
        *on_a_claim.client.list("batch/v1", "Job", namespace=on_a_claim.namespace),
        *on_a_claim.client.list("v1", "ServiceAccount", namespace=on_a_claim.namespace),
    ]
    pods = on_a_claim.pods()
    assert {"single-leader", "chat-leader", "chat-worker1"} <= {one["metadata"]["name"] for one in objects}
    assert not any(one["metadata"]["name"].startswith("single-worker") for one in objects)
    for obj in [*pods, *(one for one in objects if one["metadata"]["name"] != "default")]:
        assert obj["metadata"]["labels"]["team"] == "search"
    for pod in pods:
        keys = {one["key"] for one in pod["spec"]["tolerations"]}
        assert {"nvidia.com/gpu", "spot"} <= keys
    for pod in on_a_claim.pods(**SERVING):
        [engine] = pod["spec"]["containers"]
        wanted = {"cpu": "4", "memory": "32Gi", "ephemeral-storage": "1Gi", "nvidia.com/gpu": "1"}
        assert engine["resources"]["requests"] == engine["resources"]["limits"] == wanted
        assert pod["spec"]["restartPolicy"] == "Always"
        volumes = {volume["name"]: volume for volume in pod["spec"]["volumes"]}
        assert volumes["dshm"]["emptyDir"] == {"medium": "Memory", "sizeLimit": "64Gi"}
        [claim] = [one["persistentVolumeClaim"] for one in volumes.values() if "persistentVolumeClaim" in one]
        assert claim["readOnly"] is True
    files = on_a_claim.client.list("v1", "ConfigMap", namespace=on_a_claim.namespace)
    launches = [one["data"]["launch.json"] for one in files if "launch.json" in (one.get("data") or {})]
    assert len(launches) == 2
    assert all("--log-verbose=1" in text and "--log-format=ISO8601" in text for text in launches)
    jobs = [pod for pod in pods if "batch.kubernetes.io/job-name" in pod["metadata"]["labels"]]
    several = on_a_claim.pods(**SERVING)
    assert jobs
    assert all(pod["metadata"]["labels"]["sidecar.istio.io/inject"] == "false" for pod in [*jobs, *several])
    [alone] = on_a_claim.pods(**{"inferops.serving/service": "single"})
    assert "sidecar.istio.io/inject" not in alone["metadata"]["labels"], "a single pod stays in its mesh"


@pytest.mark.req("S1-71")
def test_two_generations_never_run_at_once(on_a_claim: Fleet) -> None:
    two = {**EIGHT, **READY, "topology": {"tensor": 2}}
    assert on_a_claim.roll_out(two)["chat"].ready
    most: list[int] = []
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            alive = [
                pod for pod in on_a_claim.pods(**SERVING) if not pod["metadata"].get("deletionTimestamp")
            ]
            most.append(
                max(Counter(pod["metadata"]["labels"]["pod-rank"] for pod in alive).values(), default=0)
            )
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    verdict = on_a_claim.roll_out({**two, "image": "nvcr.io/nvidia/tritonserver:24.03-trtllm-python-py3"})[
        "chat"
    ]
    stop.set()
    watcher.join()
    assert verdict.ready, verdict.diagnosis
    assert max(most) == 1, "each rank had at most one pod at any time"
    images = {pod["spec"]["containers"][0]["image"] for pod in on_a_claim.pods(**SERVING)}
    assert images == {"nvcr.io/nvidia/tritonserver:24.03-trtllm-python-py3"}


@pytest.mark.req("S1-67", "S1-83")
def test_each_product_has_a_copy_and_all_copies_one_service(on_a_claim: Fleet) -> None:
    both = {**EIGHT, **READY, "topology": {"tensor": 2}, "gpu": {"product": [PRODUCT, OTHER_PRODUCT]}}
    both["node_selector"] = {}
    verdict = on_a_claim.roll_out(both)["chat"]
    assert verdict.ready, verdict.diagnosis
    places: dict[str, set[str]] = {}
    for pod in on_a_claim.pods(**SERVING):
        copy = pod["metadata"]["labels"]["inferops.serving/copy"]
        places.setdefault(copy, set()).add(on_a_claim.product_of(pod["spec"]["nodeName"]))
    assert places == {"chat-nvidia-a10g": {PRODUCT}, "chat-nvidia-l4": {OTHER_PRODUCT}}
    leaders = on_a_claim.pods(**SERVING, **{"pod-rank": "0"})
    assert len(leaders) == 2
    eventually(lambda: endpoints(on_a_claim) == {pod["metadata"]["name"] for pod in leaders})


@pytest.mark.req("S1-68")
def test_the_leader_may_do_what_it_needs_and_nothing_more(on_a_claim: Fleet) -> None:
    assert on_a_claim.roll_out({**EIGHT, "topology": {"tensor": 2}})["chat"].ready
    user = f"system:serviceaccount:{on_a_claim.namespace}:chat"

    def may(verb: str, resource: str, group: str = "", subresource: str = "") -> bool:
        attributes = {"verb": verb, "resource": resource, "group": group, "subresource": subresource}
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {"user": user, "resourceAttributes": {**attributes, "namespace": on_a_claim.namespace}},
        }
        answer = on_a_claim.client.request(
            "POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", body=review
        )
        return bool(answer["status"]["allowed"])

    assert may("list", "pods")
    assert may("create", "pods", subresource="exec")
    assert may("list", "jobs", "batch")
    assert not may("delete", "pods")
    assert not may("create", "pods")
    assert not may("get", "secrets")
    assert not may("update", "deployments", "apps")
    leader, worker = sorted(on_a_claim.pods(**SERVING), key=lambda pod: pod["metadata"]["labels"]["pod-rank"])
    assert leader["spec"]["serviceAccountName"] == "chat"
    assert worker["spec"]["serviceAccountName"] == "default"
    assert worker["spec"]["automountServiceAccountToken"] is False
