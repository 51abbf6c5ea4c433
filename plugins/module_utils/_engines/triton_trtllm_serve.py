# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the containers of Triton with TensorRT-LLM run.

This file runs alone, from a ConfigMap, with the Python of the engine's image and nothing else. All that it
does is told by ``launch.json`` beside it:

``serve``  in the first pod of a copy: waits for the converted model and for exactly the other pods, starts
           the ranks, the first of them here, and ends with them.
``work``   in every other pod: waits to be given ranks, and outlives them when it is told to stop.

The pods of one copy know each other by labels: all of them have the same values of those of ``peers.same``,
``peers.rank`` is the one with a pod's number, 0 for the leader. Pods of another generation, that is with
another value of the annotation ``peers.generation``, are never taken. The account of the leader may get and
list pods, get and create ``pods/exec`` where a copy has several pods, and list the Jobs of its service.
"""

from __future__ import annotations

import http.client
import json
import os
import shlex
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
REMOTE = "remote.py"
"""What mpirun calls in the place of ssh, beside this file."""

KILL_AFTER = 15
TRIES = 10
ENDED = ("Failed", "Succeeded")
"""Phases of pods that are no more, such as evicted ones."""


class Failed(Exception):
    """What cannot come right by waiting."""


class Stopped(Exception):
    """The pod is told to end."""


class Api:
    """The API server as a pod reaches it, with the pod's own account."""

    def __init__(self, account: str) -> None:
        self._account = Path(account)
        self.namespace = self._read("namespace")
        self._host = os.environ["KUBERNETES_SERVICE_HOST"]
        self._port = int(os.environ["KUBERNETES_SERVICE_PORT"])

    def get(self, path: str, **query: str) -> dict[str, Any] | None:
        """The object or list at a path of the namespace; None where there is none."""
        trouble = ""
        for attempt in range(TRIES):
            try:
                status, written = self._ask(f"{path}?{urllib.parse.urlencode(query)}")
                if status == HTTPStatus.OK:
                    found: dict[str, Any] = json.loads(written)
                    return found
                trouble = f"{status} {HTTPStatus(status).phrase}"
            except (OSError, ValueError, http.client.HTTPException) as error:
                trouble, status = str(error), 0
            if status == HTTPStatus.NOT_FOUND:
                return None
            if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
                raise Failed(f"the account of this pod may not read {path}: {trouble}")
            time.sleep(attempt)
        raise Failed(f"the API server does not answer: {trouble}")

    def _ask(self, path: str) -> tuple[int, bytes]:
        connection = http.client.HTTPSConnection(self._host, self._port, timeout=30, context=self._trust())
        try:
            connection.request("GET", path, headers={"Authorization": f"Bearer {self._read('token')}"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def jobs(self, labels: dict[str, str]) -> list[dict[str, Any]]:
        return self._list("/apis/batch/v1", "jobs", labels)

    def pod(self, name: str) -> dict[str, Any] | None:
        return self.get(f"/api/v1/namespaces/{self.namespace}/pods/{name}")

    def pods(self, labels: dict[str, str]) -> list[dict[str, Any]]:
        return self._list("/api/v1", "pods", labels)

    def _list(self, group: str, kind: str, labels: dict[str, str]) -> list[dict[str, Any]]:
        selector = ",".join(f"{name}={value}" for name, value in sorted(labels.items()))
        found = self.get(f"{group}/namespaces/{self.namespace}/{kind}", labelSelector=selector) or {}
        items: list[dict[str, Any]] = found.get("items", [])
        return items

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self._account / "ca.crt"))

    def _read(self, name: str) -> str:
        return (self._account / name).read_text(encoding="utf-8").strip()


# what the leader waits for


def wait_until_converted(launch: dict[str, Any], api: Api | None) -> str | None:
    """The model repository, as soon as it is complete; None where nothing is converted.

    Marks on the volume decide; the Job only tells whether waiting makes sense.
    """
    places = launch["repositories"]
    if not places:
        return None
    since, told = time.monotonic(), ""
    while True:
        found = next((place for place in places if complete(place)), None)
        if found is not None:
            return str(found["path"])
        looked = ", ".join(place["path"] for place in places)
        said, final = conversion(launch["conversion"], api)
        if final and time.monotonic() - since > launch["late"]:
            raise Failed(f"no converted model in {looked}: {said}")
        if final is None:
            raise Failed(said)
        told = tell(f"waiting for the converted model: {said}", told)
        if not final:
            since = time.monotonic()
        time.sleep(launch["pause"])


def complete(place: dict[str, Any]) -> bool:
    """Whether all marks of a repository are there, none of another specification, and no lock."""
    if any(Path(lock).exists() for lock in place["locks"]):
        return False
    for mark in place["marks"]:
        try:
            written = Path(mark).read_text(encoding="utf-8")
        except OSError:
            return False
        if place["hash"] and place["hash"] not in written:
            return False
    return True


def conversion(wanted: dict[str, Any] | None, api: Api | None) -> tuple[str, bool | None]:
    """What is known of the conversion, and whether nothing more will come of it; None: it failed."""
    if wanted is None or api is None:
        return "it is expected to be there, since conversion.enabled is false", True
    jobs = sorted(api.jobs(wanted["jobs"]), key=lambda each: str(each["metadata"].get("creationTimestamp")))
    if not jobs:
        return "there is no Job that converts it any more", True
    name, status = jobs[-1]["metadata"]["name"], jobs[-1].get("status") or {}
    conditions = {each["type"]: each for each in status.get("conditions") or [] if each["status"] == "True"}
    failed = conditions.get("Failed") or conditions.get("FailureTarget")
    if failed:
        words = last_words(api.pods({"batch.kubernetes.io/job-name": name}))
        return f"Job {name} failed: {failed.get('message') or failed.get('reason')}\n{words}", None
    if "Complete" in conditions:
        return f"Job {name} is complete, but what it made is not there", True
    if not status.get("active"):
        return f"Job {name} has not begun", False
    return f"Job {name} is at work", False


def last_words(pods: list[dict[str, Any]]) -> str:
    """What the last container that failed said at its end."""
    ends = []
    for pod in pods:
        for container in (pod.get("status") or {}).get("containerStatuses") or []:
            states = (container.get("state") or {}, container.get("lastState") or {})
            ended = next((state["terminated"] for state in states if state.get("terminated")), None)
            if ended and ended.get("exitCode"):
                ends.append(
                    (ended.get("finishedAt") or "", ended.get("message") or ended.get("reason") or "")
                )
    return max(ends)[1] if ends else ""


def wait_for_pods(launch: dict[str, Any], api: Api | None) -> list[str]:
    """The pods of this copy in the order of their ranks, as soon as there is exactly one ready for each."""
    own = socket.gethostname()
    if launch["pods"] == 1 or api is None:
        return [own]
    told = ""
    while True:
        me = api.pod(own)
        if me is None:
            raise Failed(f"there is no pod {own}: its host name must be its name")
        labels = {name: me["metadata"]["labels"][name] for name in launch["peers"]["same"]}
        names, missing = members(api.pods(labels), me, launch["peers"], launch["pods"])
        if not missing:
            return names
        told = tell(f"waiting for the other pods: {missing}", told)
        time.sleep(launch["pause"])


def members(
    pods: list[dict[str, Any]], leader: dict[str, Any], peers: dict[str, Any], number: int
) -> tuple[list[str], str]:
    """The names of a copy's pods by rank, and what there still is to wait for."""
    generation = note(leader, peers["generation"])
    by_rank: dict[int, list[dict[str, Any]]] = {}
    for pod in pods:
        rank = (pod["metadata"].get("labels") or {}).get(peers["rank"], "")
        gone = pod["metadata"].get("deletionTimestamp") or (pod.get("status") or {}).get("phase") in ENDED
        if rank.isdecimal() and not gone and pod["metadata"]["name"] != leader["metadata"]["name"]:
            by_rank.setdefault(int(rank), []).append(pod)
    trouble = []
    if 0 in by_rank:
        trouble.append("another leader is still there")
    for rank in range(1, number):
        found = by_rank.get(rank, [])
        if not found:
            trouble.append(f"rank {rank} is missing")
        elif len(found) > 1:
            trouble.append(f"rank {rank} is there {len(found)} times")
        elif note(found[0], peers["generation"]) != generation:
            trouble.append(f"rank {rank} is of another generation")
        elif not ready(found[0]):
            trouble.append(f"rank {rank} is not ready")
    if beyond := sorted(rank for rank in by_rank if rank >= number):
        trouble.append(f"ranks {', '.join(map(str, beyond))} are too many")
    if trouble:
        return [], "; ".join(trouble)
    rest = [by_rank[rank][0]["metadata"]["name"] for rank in range(1, number)]
    return [leader["metadata"]["name"], *rest], ""


def note(pod: dict[str, Any], name: str) -> str | None:
    found: str | None = (pod["metadata"].get("annotations") or {}).get(name)
    return found


def ready(pod: dict[str, Any]) -> bool:
    status = pod.get("status") or {}
    conditions = {each["type"]: each["status"] for each in status.get("conditions") or []}
    return status.get("phase") == "Running" and conditions.get("Ready") == "True"


# what is started


def command(launch: dict[str, Any], hosts: list[str], repository: str | None) -> list[str]:
    """The process of the leader: mpirun over all ranks, or the one rank alone."""
    ranks = [[each.replace("{repository}", repository or "") for each in rank] for rank in launch["ranks"]]
    size = launch["world_size"]
    if size == 1:
        return ranks[0]
    made = ["mpirun", "--allow-run-as-root", "--report-bindings"]
    if len(hosts) > 1:
        made += ["-mca", "plm_rsh_agent", f"{sys.executable} {HERE.with_name(REMOTE)}"]
    slots = size // len(hosts)
    made += ["-np", str(size), "--host", ",".join(f"{host}:{slots}" for host in hosts)]
    for number, rank in enumerate(ranks):
        made += [":"] * bool(number) + ["-n", str(size if len(ranks) == 1 else 1), *rank]
    return made


def serve(launch: dict[str, Any]) -> int:
    asks = launch["pods"] > 1 or launch["conversion"] is not None
    api = Api(launch["account"]) if asks else None
    repository = wait_until_converted(launch, api)
    hosts = wait_for_pods(launch, api)
    line = command(launch, hosts, repository)
    say(shlex.join(line))
    process = subprocess.Popen(line)  # noqa: S603 - the line is the engine's own
    try:
        code = process.wait()
    except Stopped:
        end(process, launch["drain"])
        return 0
    return code if code >= 0 else 128 - code


def end(process: subprocess.Popen[bytes], drain: int) -> None:
    """The first rank finishes what it has begun while the others are still there to help it."""
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, signal.SIG_IGN)
    servers = (pid for pid, argv in processes() if is_server(argv) and "--id=rank0" in argv)
    first = next((pid for pid in servers if process.pid in ancestors(pid)), process.pid)
    say(f"telling the first rank to end, process {first}")
    os.kill(first, signal.SIGTERM)
    deadline = time.monotonic() + drain
    while time.monotonic() < deadline and process.poll() is None and Path(f"/proc/{first}/cmdline").exists():
        time.sleep(0.2)
    for stop in (process.terminate, process.kill):
        if process.poll() is None:
            stop()
            try:
                process.wait(KILL_AFTER)
            except subprocess.TimeoutExpired:
                continue


def work(launch: dict[str, Any]) -> int:
    """Sleeps; what ranks leave behind is reaped by the kernel, since nobody here waits for it."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    say("waiting to be given ranks")
    try:
        while True:
            signal.pause()
    except Stopped:
        deadline = time.monotonic() + launch["drain"]
        while time.monotonic() < deadline and any(is_server(argv) for _pid, argv in processes()):
            time.sleep(0.5)
        return 0


def processes() -> Iterator[tuple[int, list[str]]]:
    """The other processes of this container."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            argv = path.read_bytes().decode(errors="replace").split("\0")
        except OSError:
            continue
        if path.parent.name != str(os.getpid()):
            yield int(path.parent.name), argv


def ancestors(pid: int) -> Iterator[int]:
    """The process itself, its parent, and so on."""
    while pid > 1:
        yield pid
        try:
            # What stands before the last bracket is a name, which may hold anything.
            pid = int(Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
        except OSError:
            return


def is_server(argv: list[str]) -> bool:
    """A script is shown behind its interpreter."""
    return "tritonserver" in (os.path.basename(each) for each in argv[:2])


def tell(text: str, told: str) -> str:
    """Says it where it was not the last that was said."""
    if text != told:
        say(text)
    return text


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def stop(_signum: int, _frame: object) -> None:
    raise Stopped


def main(arguments: list[str]) -> int:
    launch = json.loads(HERE.with_name("launch.json").read_text(encoding="utf-8"))
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, stop)
    try:
        return work(launch) if arguments[0] == "work" else serve(launch)
    except Stopped:
        return 0
    except Failed as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
