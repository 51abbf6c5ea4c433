# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The leader's script as a process: it asks the real API server under its own account, starts ranks by a real
mpirun, and reaches the other pods by real exec requests, which the simulated pods answer on this machine.

``tritonserver`` alone is a little program: it says which rank it is and where, and ends when it is told.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client
from ansible_collections.inferops.serving.plugins.module_utils._names import SPEC_HASH_ANNOTATION
from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan
from ansible_collections.inferops.serving.plugins.module_utils._platforms.account import account as rights

from tests.integration.trtllm.conftest import Account, account, pod_name
from tests.integration.trtllm.scripts import put_scripts
from tests.unit._engines.trtllm import engines, launch, llm_api

Object = dict[str, Any]
PATIENCE = 60

SERVER = """\
#!{python}
import os, signal, sys, time
rank = next((word for word in sys.argv if word.startswith("--id=")), "")
if "OMPI_COMM_WORLD_RANK" in os.environ and sys.argv[0].endswith("tritonserver"):
    rank = rank + "/" + os.environ["OMPI_COMM_WORLD_RANK"]
def note(word):
    with open(os.environ["SERVERS"], "a") as servers:
        servers.write(word + " " + rank + " in " + os.environ.get("POD", "leader") + "\\n")
def end(*_):
    note("draining")
    time.sleep(1)
    note("drained")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
note("serving")
while True:
    time.sleep(0.1)
"""


class Leader:
    """The container of a copy's first pod."""

    def __init__(self, folder: Path, plan: ServicePlan, mpi: Path) -> None:
        self.folder, self.plan, self.name = folder, plan, pod_name()
        put_scripts(plan, folder / "runner")
        self.launch = json.loads(json.dumps(launch(plan)).replace("/var/run/models", str(folder / "volume")))
        self.launch |= {"pause": 0.2, "late": 2, "drain": 20}
        bin_ = folder / "bin"
        bin_.mkdir()
        server = bin_ / "tritonserver"
        server.write_text(SERVER.replace("{python}", sys.executable), encoding="utf-8")
        server.chmod(0o755)
        self.path = f"{bin_}:{mpi}:{os.environ['PATH']}"
        self.environment = {"PATH": self.path, "SERVERS": str(folder / "servers"), "HOME": str(folder)}
        self.process: subprocess.Popen[str] | None = None
        self.log = folder / "log"

    def use(self, account: Account) -> None:
        self.launch["account"] = str(account.directory)
        self.environment |= account.environment

    def start(self, mode: str = "serve") -> None:
        (self.folder / "runner/launch.json").write_text(json.dumps(self.launch), encoding="utf-8")
        with self.log.open("w", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(self.folder / "runner/serve.py"), mode],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8") if self.log.exists() else ""

    @property
    def servers(self) -> list[str]:
        path = self.folder / "servers"
        return path.read_text(encoding="utf-8").splitlines() if path.exists() else []

    def until(self, what: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not what():
            assert time.monotonic() < deadline, self.said
            time.sleep(0.1)

    def says(self, words: str) -> None:
        self.until(lambda: words in self.said)

    def ends(self) -> int:
        assert self.process is not None
        return self.process.wait(PATIENCE)

    def convert(self) -> None:
        """What the Job leaves behind."""
        for mark in self.launch["repositories"][0]["marks"]:
            Path(mark).parent.mkdir(parents=True, exist_ok=True)
            Path(mark).write_text(self.launch["repositories"][0]["hash"], encoding="utf-8")


@pytest.fixture
def leader(lab: Any, client: Client, tmp_path: Path, mpi: Path) -> Iterator[Callable[..., Leader]]:
    """``leader(plan)`` prepares the first pod of a copy under the account of the service."""
    made: list[Leader] = []

    def make(plan: ServicePlan) -> Leader:
        found = Leader(tmp_path, plan, mpi)
        for obj in rights(plan):
            client.apply(obj)
        found.use(account(lab, client, plan, tmp_path / "account"))
        made.append(found)
        return found

    yield make
    for each in made:
        if each.process is not None and each.process.poll() is None:
            os.killpg(each.process.pid, signal.SIGKILL)
            each.process.wait()


def pod(leader: Leader, name: str, rank: int, *, generation: str = "now", runs: bool = True) -> Object:
    """A pod of the copy; one that does not run is given to a scheduler that is not there."""
    plan = leader.plan
    peers = leader.launch["peers"]
    labels = dict.fromkeys(peers["same"], plan.name) | {peers["rank"]: str(rank)}
    container = {"name": leader.launch["container"], "image": plan.image, "command": ["sleep"]}
    spec: Object = {
        "containers": [container],
        "tolerations": [{"operator": "Exists"}],
        "automountServiceAccountToken": False,
    }
    if not runs:
        spec["schedulerName"] = "nobody"
    metadata = {
        "name": name,
        "namespace": plan.namespace,
        "labels": labels,
        "annotations": {SPEC_HASH_ANNOTATION: generation},
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def commands(leader: Leader, name: str) -> Object:
    """Commands in a simulated pod run here, with the environment of its container."""
    given = {**leader.environment, "POD": name}
    return {
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "ClusterExec",
        "metadata": {"name": f"{leader.plan.namespace}-{name}"},
        "spec": {
            "selector": {"matchNamespaces": [leader.plan.namespace], "matchNames": [name]},
            "execs": [
                {
                    "local": {
                        "workDir": str(leader.folder),
                        "envs": [{"name": key, "value": value} for key, value in given.items()],
                    }
                }
            ],
        },
    }


@pytest.fixture
def reachable(client: Client) -> Iterator[Callable[[Leader, str], None]]:
    made = []

    def make(leader: Leader, name: str) -> None:
        made.append(client.apply(commands(leader, name)))

    yield make
    for each in made:
        client.delete(each)


def per_gpu(namespace: str, tensor: int, **given: Any) -> ServicePlan:
    return engines(namespace=namespace, platform="leader-workers", topology={"tensor": tensor}, **given)


@pytest.mark.proof("E", stand_in="tritonserver")
@pytest.mark.req("S1-72", "S1-74", "S1-75", "S1-45")
def test_ranks_run_in_exactly_the_ready_pods_of_the_copy(
    leader: Callable[..., Leader],
    reachable: Callable[[Leader, str], None],
    client: Client,
    namespace: str,
) -> None:
    one = leader(per_gpu(namespace, 4))
    one.convert()
    client.apply(pod(one, one.name, 0))
    client.apply(pod(one, "old", 1, generation="before"))
    client.apply(pod(one, "b-worker2", 2, runs=False))
    client.apply(pod(one, "b-worker3", 3))
    one.start()
    one.says("rank 1 is of another generation; rank 2 is not ready")
    client.apply(pod(one, "z-worker1", 1))
    one.says("rank 1 is there 2 times")
    client.delete(pod(one, "old", 1))
    client.delete(pod(one, "b-worker2", 2, runs=False))
    one.says("waiting for the other pods: rank 2 is missing")
    assert one.servers == []
    for name in ("z-worker1", "a-worker10", "b-worker3"):
        reachable(one, name)
    client.apply(pod(one, "a-worker10", 2))

    one.until(lambda: len(one.servers) == 4)
    assert sorted(one.servers) == [
        "serving --id=rank0/0 in leader",
        "serving --id=rank1/1 in z-worker1",
        "serving --id=rank2/2 in a-worker10",
        "serving --id=rank3/3 in b-worker3",
    ]
    assert one.process is not None
    one.process.terminate()
    assert one.ends() == 0
    ended = one.servers[4:]
    assert ended[:2] == ["draining --id=rank0/0 in leader", "drained --id=rank0/0 in leader"]


@pytest.mark.proof("E")
@pytest.mark.req("S1-75")
def test_the_first_rank_is_the_leaders_whatever_the_names_sort_like(
    leader: Callable[..., Leader], reachable: Callable[[Leader, str], None], client: Client, namespace: str
) -> None:
    """The map is mpirun's own; nothing but the processes themselves is left out."""
    one = leader(per_gpu(namespace, 4))
    client.apply(pod(one, one.name, 0))
    for name, rank in (("zz-worker1", 1), ("aa-worker2", 2), ("aa-worker10", 3)):
        client.apply(pod(one, name, rank))
        reachable(one, name)
    one.convert()
    (one.folder / "bin/tritonserver").unlink()
    (one.folder / "bin/tritonserver").symlink_to("/bin/true")
    one.environment["OMPI_MCA_rmaps_base_display_map"] = "1"
    one.start()
    one.ends()
    places = one.said.split("Data for node: ")[1:]
    found = {
        line.split("App: ")[1].split()[0]: place.split()[0]
        for place in places
        for line in place.splitlines()
        if "App: " in line
    }
    assert [found[str(app)] for app in range(4)] == [one.name, "zz-worker1", "aa-worker2", "aa-worker10"]


@pytest.mark.proof("E")
@pytest.mark.req("S1-73")
def test_waiting_for_the_conversion_copes_with_what_a_job_may_look_like(
    leader: Callable[..., Leader], client: Client, namespace: str
) -> None:
    """No status yet, at work, done and gone, done without engines, failed: each from a real Job."""
    one = leader(engines(namespace=namespace, topology={"tensor": 1}))
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "convert", "namespace": namespace, "labels": one.launch["conversion"]["jobs"]},
        "spec": {
            "suspend": True,
            "backoffLimit": 0,
            "template": {
                "spec": {
                    "restartPolicy": "Never",
                    "schedulerName": "nobody",
                    "containers": [{"name": "converter", "image": "example"}],
                }
            },
        },
    }
    one.launch["late"] = 600
    client.apply(job)
    one.start()
    one.says("waiting for the converted model: Job convert has not begun")
    job["spec"]["suspend"] = False
    client.apply(job)
    one.says("waiting for the converted model: Job convert is at work")
    client.delete(job)
    one.says("there is no Job that converts it any more")
    assert one.servers == []
    one.convert()
    one.until(lambda: one.servers == ["serving --id=rank0 in leader"])
    assert one.process is not None
    one.process.terminate()
    assert one.ends() == 0


@pytest.mark.proof("E", stand_in="the converter")
@pytest.mark.req("S1-72", "S1-73")
def test_a_failed_conversion_ends_the_leader_with_its_last_words(
    leader: Callable[..., Leader], client: Client, namespace: str
) -> None:
    one = leader(engines(namespace=namespace, topology={"tensor": 1}))
    labels = one.launch["conversion"]["jobs"]
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "convert", "namespace": namespace, "labels": labels},
        "spec": {
            "backoffLimit": 0,
            "template": {
                "metadata": {"annotations": {"sim.lab/outcome": "fail"}},
                "spec": {
                    "restartPolicy": "Never",
                    "tolerations": [{"operator": "Exists"}],
                    "containers": [{"name": "converter", "image": "example"}],
                },
            },
        },
    }
    client.apply(job)
    one.start()
    assert one.ends() == 1
    assert "Job convert failed: Job has reached the specified backoff limit" in one.said
    assert one.servers == []


@pytest.mark.proof("E")
@pytest.mark.req("S1-73")
def test_nothing_is_started_without_engines(
    leader: Callable[..., Leader], client: Client, namespace: str
) -> None:
    gone = leader(engines(namespace=namespace, topology={"tensor": 1}))
    gone.start()
    assert gone.ends() == 1
    assert "there is no Job that converts it any more" in gone.said
    gone.launch |= launch(engines(namespace=namespace, topology={"tensor": 1}, conversion={"enabled": False}))
    gone.launch |= {"late": 0, "pause": 0.1}
    gone.start()
    assert gone.ends() == 1
    assert "no converted model in /var/run/models/llama-3-8b/NVIDIA-A10G" in gone.said
    assert "/var/run/models/llama-3-8b/1x1/model" in gone.said
    assert gone.servers == []


@pytest.mark.proof("E")
def test_a_leader_that_may_not_ask_says_so(
    leader: Callable[..., Leader], client: Client, namespace: str
) -> None:
    one = leader(engines(namespace=namespace, topology={"tensor": 1}))
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding"}
    client.delete({**role, "metadata": {"name": one.plan.name, "namespace": namespace}})
    time.sleep(0.5)
    one.start()
    assert one.ends() == 1
    assert "the account of this pod may not read" in one.said


@pytest.mark.proof("E", stand_in="tritonserver")
def test_several_gpus_of_one_pod_need_no_other_pod(tmp_path: Path, mpi: Path) -> None:
    one = Leader(tmp_path, llm_api(topology={"tensor": 2}), mpi)
    launcher = tmp_path / "bin/trtllm-llmapi-launch"
    launcher.write_text(
        '#!/bin/sh\n[ "$OMPI_COMM_WORLD_RANK" = 0 ] || exec sleep 600\n"$@"\n', encoding="utf-8"
    )
    launcher.chmod(0o755)
    one.start()
    one.until(lambda: len(one.servers) == 1)
    assert one.servers == ["serving --id=rank0/0 in leader"]
    assert one.process is not None
    one.process.terminate()
    assert one.ends() == 0
    assert one.servers[1:] == ["draining --id=rank0/0 in leader", "drained --id=rank0/0 in leader"]


@pytest.mark.proof("E", stand_in="tritonserver")
def test_a_worker_outlives_its_ranks(tmp_path: Path, mpi: Path) -> None:
    one = Leader(tmp_path, per_gpu("default", 2), mpi)
    one.start("work")
    one.says("waiting to be given ranks")
    assert one.process is not None
    rank = subprocess.Popen([str(tmp_path / "bin/tritonserver"), "--id=rank1"], env=one.environment)
    one.until(lambda: len(one.servers) == 1)
    one.process.terminate()
    time.sleep(1)
    assert one.process.poll() is None
    rank.kill()
    rank.wait()
    assert one.ends() == 0
