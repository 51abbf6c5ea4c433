# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects of runs on demand on a real API server, and the way of their results.

No container runs on simulated nodes: the lab shows the result as the pod's log.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read
from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan
from ansible_collections.inferops.serving.plugins.module_utils._runs import (
    Bandwidth,
    Load,
    benchmark,
    check_all_reduce,
    indexed_job,
    measure,
    mpi_job,
)

pytestmark = [pytest.mark.proof("C"), pytest.mark.req("S1-94")]
Object = dict[str, Any]
LINE = " 1073741824 268435456 float sum -1 5200.4 206.47 387.14 0 5199.4 206.51 387.21 0"
MEASURED = {
    "aiperf": "0.13.0",
    "requests": 20,
    "failed": 0,
    "seconds": 0.4,
    "metrics": {"request_throughput": {"unit": "requests/sec", "avg": 52.9}},
}


@pytest.fixture(scope="module")
def client(lab: Any) -> Client:
    return connect({"kubeconfig": str(lab.kubeconfig)})


@pytest.fixture(scope="module")
def plan(lab: Any) -> ServicePlan:
    """A copy of two pods with two GPUs each, for nodes that the lab has."""
    found = read(
        {
            "llm_cluster": {"gpu_nodes": {"label": "nvidia.com/gpu.present=true"}},
            "llm_secrets": [{"name": "clients", "kind": "api-key", "value": "made-up-key"}],
            "llm_models": [{"name": "llama", "source": "Qwen/Qwen3-8B"}],
            "llm_stores": [{"name": "hub", "kind": "hf"}],
            "llm_serving": [
                {
                    "name": "llama",
                    "namespace": lab.namespace("runs"),
                    "model": "llama",
                    "engine": "vllm",
                    "platform": "lws",
                    "topology": {"tensor": 2, "pipeline": 2, "pods": "per-node", "gpus_per_node": 2},
                    "expose": {"auth": {"api_key": "clients"}},
                }
            ],
        }
    )
    assert not found.errors, found.errors
    return found.plans[0]


def check(client: Client, plan: ServicePlan, **how: Any) -> Bandwidth:
    asked = {"image": None, "max_bytes": 2**30, "min_busbw": None, "timeout": 60, **how}
    return check_all_reduce(client, plan, **asked)


def saying(log: str, monkeypatch: pytest.MonkeyPatch, *rooms: Any) -> None:
    """Let the lab show this as the log of each pod of a run."""
    for room in rooms:
        make = room.template

        def with_log(*given: Any, _make: Any = make, **fields: Any) -> Object:
            made: Object = _make(*given, **fields)
            made["metadata"].setdefault("annotations", {})["sim.lab/log"] = log
            return made

        monkeypatch.setattr(room, "template", with_log)


def leftovers(client: Client, namespace: str) -> list[str]:
    kinds = (("batch/v1", "Job"), ("v1", "Service"), ("v1", "ConfigMap"), ("v1", "Pod"))
    found = [obj for version, kind in kinds for obj in client.list(version, kind, namespace=namespace)]
    names = (obj["metadata"]["name"] for obj in found if not obj["metadata"].get("deletionTimestamp"))
    return [name for name in names if name != "kube-root-ca.crt"]


def assert_nothing_is_left(client: Client, namespace: str) -> None:
    end = time.monotonic() + 20
    while leftovers(client, namespace):
        assert time.monotonic() < end, leftovers(client, namespace)
        time.sleep(0.2)


@contextmanager
def operator(client: Client, namespace: str) -> Iterator[list[Object]]:
    """Stands in for the MPI operator: a Job for the launcher, as the real one makes it, whose success is
    that of the whole."""
    seen: list[Object] = []

    def act() -> None:
        end = time.monotonic() + 30
        for event in client.watch("kubeflow.org/v2beta1", "MPIJob", namespace=namespace, deadline=end):
            if event.type == "ADDED":
                seen.append(event.object)
                launcher = launcher_of(event.object)
                client.apply(launcher, manager="stand-in")
                while (
                    not (client.get("batch/v1", "Job", launcher["metadata"]["name"], namespace) or {})
                    .get("status", {})
                    .get("succeeded")
                ):
                    time.sleep(0.1)
                done = {"type": "Succeeded", "status": "True", "reason": "MPIJobSucceeded"}
                client.request(
                    "PATCH",
                    f"{client.path(event.object)}/status",
                    body={"status": {"conditions": [done]}},
                    content_type="application/merge-patch+json",
                )
                return

    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    yield seen
    thread.join(30)


def launcher_of(job: Object) -> Object:
    meta = job["metadata"]
    template = deepcopy(job["spec"]["mpiReplicaSpecs"]["Launcher"]["template"])
    template["metadata"]["labels"][mpi_job.ROLE] = "launcher"
    template["spec"]["restartPolicy"] = "Never"
    owner = {"apiVersion": job["apiVersion"], "kind": job["kind"], "name": meta["name"], "uid": meta["uid"]}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": f"{meta['name']}-launcher",
            "namespace": meta["namespace"],
            "ownerReferences": [{**owner, "controller": True}],
        },
        "spec": {"template": template},
    }


def test_an_indexed_job_tells_the_bandwidth_and_leaves_nothing(
    client: Client, plan: ServicePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(LINE, monkeypatch, indexed_job)
    found = check(client, plan, min_busbw=300.0)
    assert found.ok, found.diagnosis
    assert (found.runner, found.pods, found.gpus, found.busbw) == ("Job", 2, 4, 387.14)
    assert_nothing_is_left(client, plan.namespace)


def test_the_mpi_operators_job_is_accepted_and_its_launcher_is_read(
    client: Client, plan: ServicePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(LINE, monkeypatch, mpi_job)
    with operator(client, plan.namespace) as seen:
        found = check(client, plan, image="registry.example/nccl-tests:1")
    assert found.ok, found.diagnosis
    assert (found.runner, found.busbw) == ("MPIJob", 387.14)
    assert seen[0]["spec"]["mpiReplicaSpecs"]["Worker"]["replicas"] == 2
    assert_nothing_is_left(client, plan.namespace)


def test_a_benchmark_reads_the_key_from_its_secret_and_gives_the_numbers(
    client: Client, plan: ServicePlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying("warming up\n" + json.dumps(MEASURED), monkeypatch, benchmark)
    load = Load(concurrency=4, requests=20, input_tokens=64, output_tokens=16)
    found = measure(client, plan, load, image=None, timeout=60)
    assert found.ok, found.diagnosis
    assert found.metrics["request_throughput"]["avg"] == 52.9
    assert found.url == f"http://llama.{plan.namespace}.svc:8000"
    assert_nothing_is_left(client, plan.namespace)


@pytest.mark.parametrize("image", [None, "registry.example/nccl-tests:1"])
def test_in_check_mode_the_server_judges_and_nothing_is_made(
    client: Client, plan: ServicePlan, image: str | None
) -> None:
    found = check(client, plan, image=image, check_mode=True)
    assert found.ok, found.diagnosis
    assert found.skipped
    assert leftovers(client, plan.namespace) == []


def test_an_image_that_cannot_be_pulled_ends_the_run_with_its_cause(
    client: Client, plan: ServicePlan
) -> None:
    load = Load(concurrency=4, requests=20, input_tokens=64, output_tokens=16)
    found = measure(client, plan, load, image="registry.example/does-not-exist:1", timeout=60)
    assert [one.code for one in found.diagnosis] == ["ImagePull"]
    assert_nothing_is_left(client, plan.namespace)
