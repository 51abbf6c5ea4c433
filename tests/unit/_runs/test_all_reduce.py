# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The all-reduce: what its pods are, and what its log says."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._runs import check_all_reduce
from ansible_collections.inferops.serving.plugins.module_utils._runs.all_reduce import judge, read
from ansible_collections.inferops.serving.plugins.module_utils._runs.indexed_job import indexed_job
from ansible_collections.inferops.serving.plugins.module_utils._runs.mpi_job import mpi_job
from ansible_collections.inferops.serving.plugins.module_utils._runs.run import Run

from .samples import planned

# as all_reduce_perf of nccl-tests writes it, with and without the check of the sums
PERF = """\
# nThread 1 nGpus 1 minBytes 536870912 maxBytes 1073741824 step: 2(factor) warmup iters: 5 iters: 20
#      size       count    type   redop    root     time   algbw   busbw #wrong   time   algbw   busbw #wrong
#        (B)    (elements)                               (us)  (GB/s)  (GB/s)            (us)  (GB/s)  (GB/s)
   536870912   134217728   float   sum      -1   2622.9  204.69  383.79      0   2622.4  204.72  383.86   0
  1073741824   268435456   float   sum      -1   5200.4  206.47  387.14    N/A   5199.4  206.51  387.21  N/A
# Out of bounds values : 0 OK
# Avg bus bandwidth    : 388.893
"""


def work(run: Run) -> dict[str, Any]:
    return dict(run.objects[-1])


def pod_of(run: Run) -> dict[str, Any]:
    return dict(work(run)["spec"]["template"]["spec"])


def wanted(**changes: Any) -> Run:
    return indexed_job(planned(**changes), max_bytes=2**20, timeout=600)


def environment(container: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one.get("value") for one in container["env"]}


def test_the_job_has_the_pods_the_gpus_and_the_network_of_one_copy() -> None:
    run = wanted()
    spec = work(run)["spec"]
    assert (spec["completionMode"], spec["completions"], spec["parallelism"]) == ("Indexed", 2, 2)
    (container,) = pod_of(run)["containers"]
    assert container["resources"]["limits"]["nvidia.com/gpu"] == "4"
    assert container["resources"]["limits"]["rdma/hca"] == "1"
    assert container["securityContext"]["capabilities"]["add"] == ["IPC_LOCK"]
    assert {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"} in pod_of(run)[
        "tolerations"
    ]
    assert "/dev/shm" in [mount["mountPath"] for mount in container["volumeMounts"]]
    assert {"--nnodes=2", "--nproc-per-node=4"} < set(container["command"])


def test_the_environment_of_nccl_is_that_of_the_service_and_nothing_else_of_it() -> None:
    env = environment(pod_of(wanted())["containers"][0])
    assert env["NCCL_IB_HCA"] == "mlx5"
    assert env["NCCL_DEBUG"] == "WARN"
    assert not {"HTTP_PROXY", "HF_TOKEN", "VLLM_API_KEY"} & set(env)


def test_no_request_and_no_controller_of_the_service_finds_the_pods() -> None:
    labels = work(wanted())["spec"]["template"]["metadata"]["labels"]
    assert not set(planned().pod_selector.items()) <= set(labels.items())
    assert "inferops.serving/service" not in labels


def test_the_pods_find_the_first_one_by_name_before_they_are_ready() -> None:
    run = wanted()
    service = next(obj for obj in run.objects if obj["kind"] == "Service")
    labels = work(run)["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= labels.items()
    assert service["spec"]["publishNotReadyAddresses"]
    assert pod_of(run)["subdomain"] == service["metadata"]["name"]
    assert "--master-addr=large-nccl-0.large-nccl" in pod_of(run)["containers"][0]["command"]


def test_the_job_runs_where_pod_security_is_restricted_unless_memory_must_be_locked() -> None:
    (container,) = pod_of(wanted(resources={}))["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    assert pod_of(wanted())["securityContext"]["runAsNonRoot"]


def test_a_queue_of_kueue_admits_the_job() -> None:
    run = wanted(topology={**planned_topology(), "placement": {"gang": "kueue", "queue": "gpus"}})
    assert work(run)["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "gpus"


def planned_topology() -> dict[str, Any]:
    return {"tensor": 4, "pipeline": 2, "pods": "per-node", "gpus_per_node": 4}


def test_the_mpi_operator_gets_a_slot_for_each_gpu_and_a_worker_for_each_pod() -> None:
    run = mpi_job(planned(), image="docker.io/team/nccl-tests:1", max_bytes=2**20, timeout=600)
    spec = work(run)["spec"]
    launcher, worker = (spec["mpiReplicaSpecs"][role] for role in ("Launcher", "Worker"))
    assert (spec["slotsPerWorker"], launcher["replicas"], worker["replicas"]) == (4, 1, 2)
    (mpirun,) = launcher["template"]["spec"]["containers"]
    assert mpirun["image"] == "registry.example/cache/team/nccl-tests:1"
    assert mpirun["command"][mpirun["command"].index("-np") + 1] == "8"
    assert "nvidia.com/gpu" not in mpirun["resources"]["limits"]
    (sshd,) = worker["template"]["spec"]["containers"]
    assert "command" not in sshd  # the operator's own
    assert sshd["resources"]["limits"]["nvidia.com/gpu"] == "4"


def test_mpirun_hands_over_what_ssh_would_lose() -> None:
    run = mpi_job(planned(), image="nccl:1", max_bytes=2**20, timeout=600)
    (mpirun,) = work(run)["spec"]["mpiReplicaSpecs"]["Launcher"]["template"]["spec"]["containers"]
    command = mpirun["command"]
    handed = {command[place + 1] for place, word in enumerate(command) if word == "-x"}
    assert handed == {"LD_LIBRARY_PATH", "NCCL_DEBUG", "NCCL_IB_HCA"}


def test_each_size_is_read_from_the_log_of_nccl_tests() -> None:
    first, second = read(PERF)
    assert (first.bytes, first.time_us, first.algbw, first.busbw, first.wrong) == (
        536870912,
        2622.9,
        204.69,
        383.79,
        0,
    )
    assert second.busbw == 387.14


def test_a_log_without_result_is_told_by_its_last_words() -> None:
    (found,) = judge(wanted(), read("exec: mpirun: not found"), "exec: mpirun: not found", min_busbw=None)
    assert found.code == "NoResult"
    assert "mpirun: not found" in found.message


@pytest.mark.parametrize(("least", "codes"), [(None, []), (380.0, []), (400.0, ["Slow"])])
def test_a_bandwidth_that_is_wanted_must_be_reached(least: float | None, codes: list[str]) -> None:
    assert [one.code for one in judge(wanted(), read(PERF), PERF, min_busbw=least)] == codes


def test_wrong_sums_fail_whatever_the_bandwidth() -> None:
    damaged = PERF.replace("383.79      0", "383.79      7")
    (found,) = judge(wanted(), read(damaged), damaged, min_busbw=None)
    assert found.code == "WrongData"
    assert "7 elements" in found.message


class Nothing:
    """A cluster without the MPI operator, in which nothing may be written."""

    def served(self, _group: str, _kind: str) -> None:
        return None


def check(image: str | None = None, **changes: Any) -> Any:
    return check_all_reduce(
        Nothing(),  # type: ignore[arg-type]
        planned(**changes),
        image=image,
        max_bytes=2**20,
        min_busbw=None,
        timeout=60,
    )


def test_without_the_operator_an_image_for_it_is_refused_with_what_to_do() -> None:
    found = check(image="nccl:1")
    (problem,) = found.diagnosis
    assert problem.code == "KindMissing"
    assert "Install the MPI operator" in problem.hint
    assert "leave the image out" in problem.hint


def test_a_service_whose_copies_have_one_gpu_has_nothing_to_check() -> None:
    found = check(platform="deployment", topology={})
    assert found.ok
    assert found.skipped == "a copy of it has one GPU"
