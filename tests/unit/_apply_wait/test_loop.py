# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The loop of a wait, against a client that plays what an API server may do at the worst moment."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import streams, wait
from ansible_collections.inferops.serving.plugins.module_utils._apply.wait import (
    wait_until_gone,
    wait_until_ready,
)
from ansible_collections.inferops.serving.plugins.module_utils._apply.world import timestamp
from ansible_collections.inferops.serving.plugins.module_utils._cluster import (
    ApiError,
    Event,
    NotServed,
    Unreachable,
)

from tests.unit._apply_wait.builders import (
    NAMESPACE,
    condition,
    deployment,
    event,
    make,
    pod,
    replica_set,
    waiting,
)


@pytest.fixture(autouse=True)
def hurry(monkeypatch):
    """The same order of things in less time."""
    monkeypatch.setattr(wait, "TICK", 0.05)
    monkeypatch.setattr(wait, "GATHER", 0.02)
    monkeypatch.setattr(streams, "POLL", 0.05)


def refusal(status: int) -> ApiError:
    return ApiError(status=status, reason="", message="refused")


class Stream(Iterator[Event]):
    def __init__(self, news: Iterable[Event | Exception]) -> None:
        self.news: queue.Queue[Event | Exception | None] = queue.Queue()
        for one in news:
            self.news.put(one)

    def __next__(self) -> Event:
        one = self.news.get(timeout=5)
        if one is None:
            raise StopIteration
        if isinstance(one, Exception):
            raise one
        return one

    def close(self) -> None:
        self.news.put(None)


class Server:
    """Answers lists from ``objects`` and watches from ``scripts``; counts both."""

    def __init__(self, *objects: Any) -> None:
        self.objects = list(objects)
        self.scripts: dict[str, list[list[Event | Exception]]] = {}
        self.refused: dict[str, Exception] = {}
        self.lists: list[str] = []
        self.watches: list[str] = []
        self.on_list: Callable[[str], None] = lambda kind: None

    def list_with_version(self, api_version: str, kind: str, **_: Any) -> tuple[list[Any], str]:
        if kind in self.refused:
            raise self.refused[kind]
        self.lists.append(kind)
        self.on_list(kind)
        return [obj for obj in self.objects if obj["kind"] == kind], "1"

    def list(self, _api_version: str, kind: str, **_: Any) -> list[Any]:
        return self.list_with_version("", kind)[0]

    def watch(self, _api_version: str, kind: str, **_: Any) -> Stream:
        self.watches.append(kind)
        if f"watch {kind}" in self.refused:
            raise self.refused[f"watch {kind}"]
        scripts = self.scripts.get(kind, [])
        return Stream(scripts.pop(0) if scripts else [])

    def in_parallel(self, function: Callable[[Any], Any], items: Iterable[Any]) -> list[Any]:
        return [function(item) for item in items]

    def request(self, *_: Any, **__: Any) -> Any:
        return {}

    def get(self, *_: Any, **__: Any) -> None:
        return None

    def served(self, *_: Any) -> None:
        return None

    def logs(self, *_: Any, previous: bool, **__: Any) -> str:
        if previous:
            raise refusal(400)
        return "one\ntwo\n"


def run(server: Server, *objects: Any, seconds: float = 5.0) -> tuple[list[Any], list[str]]:
    lines: list[str] = []
    client: Any = server
    found = wait_until_ready(client, objects, deadline=time.monotonic() + seconds, progress=lines.append)
    return found, lines


def unready(**status: Any) -> Any:
    return deployment("lean", replicas=1, readyReplicas=0, availableReplicas=0, **status)


def becomes_ready(obj: Any) -> Any:
    return {**obj, "status": {**obj["status"], "readyReplicas": 1, "availableReplicas": 1}}


def test_nothing_is_asked_when_the_answers_say_that_all_is_ready():
    server = Server()
    assert run(server, deployment(), make("ConfigMap", "c")) == ([], [])
    assert server.lists == []


def test_what_became_ready_meanwhile_is_seen_by_one_list_and_no_watch():
    obj = unready()
    server = Server(becomes_ready(obj))
    assert run(server, obj) == ([], [])
    assert (server.lists, server.watches) == (["Deployment"], [])


def test_change_that_comes_by_the_watch_ends_the_wait():
    obj = unready()
    server = Server(obj)
    server.scripts["Deployment"] = [[Event("MODIFIED", becomes_ready(obj))]]
    found, lines = run(server, obj)
    assert found == []
    assert lines == [
        f"Deployment {NAMESPACE}/lean: 0 of 1 pods ready",
        f"Deployment {NAMESPACE}/lean: 1 of 1 pods ready",
    ]


def test_forgotten_resource_version_leads_to_a_new_list():
    obj = unready()
    server = Server(obj)
    server.scripts["Deployment"] = [[refusal(410)]]

    def on_list(kind: str) -> None:
        if kind == "Deployment" and server.lists.count(kind) == 2:
            server.objects = [becomes_ready(obj)]

    server.on_list = on_list
    assert run(server, obj)[0] == []
    assert server.lists.count("Deployment") == 2


def test_kind_that_may_be_listed_but_not_watched_is_polled():
    obj = unready()
    server = Server(obj)
    server.refused["watch Deployment"] = refusal(403)

    def on_list(kind: str) -> None:
        if kind == "Deployment" and server.lists.count(kind) == 3:
            server.objects = [becomes_ready(obj)]

    server.on_list = on_list
    assert run(server, obj)[0] == []


def test_evidence_that_may_not_be_read_is_named():
    obj = unready()
    server = Server(obj)
    server.refused = {"Pod": refusal(403), "Event": refusal(403)}
    found, _lines = run(server, obj, seconds=0.3)
    assert "Not permitted to read: Event, Pod." in found[0].message


def test_object_that_may_not_be_read_cannot_be_waited_for():
    server = Server()
    server.refused = {"Deployment": refusal(403)}
    with pytest.raises(ApiError):
        run(server, unready())


def test_kind_that_is_not_served_raises():
    server = Server()
    server.refused = {"Deployment": NotServed("apps/v1", "Deployment")}
    with pytest.raises(NotServed):
        run(server, unready())


def test_server_that_never_answers_is_named_with_what_is_known():
    server = Server()
    server.refused = {"Deployment": Unreachable("it does not answer")}
    obj = unready()

    def unreachable(*_: Any, **__: Any) -> Any:
        raise Unreachable("it does not answer")

    server.list_with_version = unreachable  # type: ignore[method-assign]
    found, _lines = run(server, obj)
    assert [one.code for one in found] == ["ApiUnavailable"]


def test_trouble_ends_the_wait_with_its_log_and_without_the_one_that_never_was():
    top = unready()
    replicas = replica_set(top)
    last = {"exitCode": 1, "reason": "Error"}
    broken = pod(owner=replicas, containerStatuses=[waiting("CrashLoopBackOff", restarts=1, last=last)])
    start = time.monotonic()
    found, _lines = run(Server(top, replicas, broken), top)
    assert time.monotonic() - start < 2
    assert [one.code for one in found] == ["CrashLoop"]
    assert found[0].log == ("one", "two")


def test_trouble_that_cures_itself_within_its_grace_is_no_failure():
    top = unready()
    denied = {
        "type": "ReplicaFailure",
        "status": "True",
        "reason": "FailedCreate",
        "message": "exceeded quota: q",
    }
    replicas = replica_set(top, conditions=[denied])
    server = Server(top, replicas)
    cured = {**replicas, "status": {"observedGeneration": 1, "replicas": 1}}
    server.scripts["ReplicaSet"] = [[Event("MODIFIED", cured)]]
    server.scripts["Deployment"] = [[Event("MODIFIED", becomes_ready(top))]]
    assert run(server, top)[0] == []


def test_deleted_object_is_named_after_a_moment():
    obj = unready()
    server = Server(obj)
    server.scripts["Deployment"] = [[Event("DELETED", obj)]]
    found, lines = run(server, obj, seconds=8)
    assert [one.code for one in found] == ["Deleted"]
    assert lines[-1].endswith("does not exist")


def test_object_that_came_back_is_not():
    obj = unready()
    server = Server(obj)
    again = becomes_ready({**obj, "metadata": {**obj["metadata"], "uid": "another"}})
    server.scripts["Deployment"] = [[Event("DELETED", obj), Event("ADDED", again)]]
    assert run(server, obj)[0] == []


def test_job_that_is_cleared_away_after_it_succeeded_has_succeeded():
    obj = make("Job", "j", api_version="batch/v1", spec={}, status={"active": 1})
    complete = {**obj, "status": {"conditions": [condition("Complete")]}}
    server = Server(obj)
    server.scripts["Job"] = [[Event("MODIFIED", complete), Event("DELETED", complete)]]
    assert run(server, obj)[0] == []


def test_one_question_per_unknown_kind_tells_whether_it_has_a_status():
    fresh = {"creationTimestamp": timestamp(time.time())}
    widgets = [make("Widget", f"w{n}", api_version="example.com/v1", metadata=fresh) for n in range(5)]
    server = Server(*widgets)
    asked: list[str] = []
    server.request = lambda _method, path, **_: asked.append(path) or {"resources": [{"name": "widgets"}]}  # type: ignore
    server.resource = lambda *_: SimpleNamespace(api_version="example.com/v1", plural="widgets")  # type: ignore
    assert run(server, *widgets)[0] == []
    assert asked == ["/apis/example.com/v1"]


def test_pods_that_vanish_again_and_again_are_the_trouble(monkeypatch):
    monkeypatch.setattr(wait, "CHURN", 2)
    top = unready()
    replicas = replica_set(top)
    first, second = pod("a", owner=replicas), pod("b", owner=replicas)
    server = Server(top, replicas, first, second)
    server.scripts["Pod"] = [[Event("DELETED", first), Event("DELETED", second)]]
    found, lines = run(server, top)
    assert [(one.code, one.reason) for one in found] == [("Deleted", "PodsDeleted")]
    assert sum(line.endswith("was deleted") for line in lines) == 2


def test_time_is_up_is_never_said_alone():
    top = unready()
    replicas = replica_set(top)
    loading = pod(
        owner=replicas,
        phase="Running",
        containerStatuses=[{"name": "main", "ready": False, "state": {"running": {}}}],
    )
    probe = event(loading, "Unhealthy", "Startup probe failed: connection refused")
    found, _lines = run(Server(top, replicas, loading, probe), top, seconds=0.5)
    assert [one.code for one in found] == ["ProbeFailing"]
    assert (
        found[0].message == "The time was up with 0 of 1 pods ready. Startup probe failed: connection refused"
    )
    assert found[0].pods == ("lean-x: Running, starting, on no node",)


def test_gone_means_gone_for_that_very_object():
    obj = deployment()
    server: Any = Server({**obj, "metadata": {**obj["metadata"], "uid": "another"}})
    assert wait_until_gone(server, [obj], deadline=time.monotonic() + 5, progress=print) == []


def test_what_stays_is_told_with_its_finalizers():
    obj = make(
        "ConfigMap",
        "c",
        metadata={"finalizers": ["example.com/hold"], "deletionTimestamp": "2026-01-01T00:00:00Z"},
    )
    server: Any = Server(obj)
    (found,) = wait_until_gone(server, [obj], deadline=time.monotonic() + 0.2, progress=lambda line: None)
    assert (found.code, found.since) == ("StuckTerminating", "2026-01-01T00:00:00Z")
    assert "held by example.com/hold" in found.message
