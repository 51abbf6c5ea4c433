# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._engines import (
    triton_trtllm_remote as remote,
)
from ansible_collections.inferops.serving.plugins.module_utils._engines import (
    triton_trtllm_serve as serve,
)

PEERS = {"rank": "pod-rank", "same": ["service"], "generation": "spec-hash"}
READY = {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}


def pod(name: str, rank: int | str, **given: Any) -> dict[str, Any]:
    metadata = {"name": name, "labels": {"pod-rank": str(rank)}, "annotations": {"spec-hash": "now"}}
    return {"metadata": {**metadata, **given.pop("metadata", {})}, "status": given.pop("status", READY)}


LEADER = pod("leader", 0)


def members(*pods: dict[str, Any], number: int = 3) -> tuple[list[str], str]:
    return serve.members([LEADER, *pods], LEADER, PEERS, number)


def test_names_are_in_the_order_of_ranks() -> None:
    assert members(pod("a-10", 2), pod("b-2", 1)) == (["leader", "b-2", "a-10"], "")


@pytest.mark.parametrize(
    ("pods", "missing"),
    [
        ([], "rank 1 is missing; rank 2 is missing"),
        ([pod("a", 1), pod("b", 1), pod("c", 2)], "rank 1 is there 2 times"),
        ([pod("a", 1), pod("b", 2, status={"phase": "Pending"})], "rank 2 is not ready"),
        ([pod("a", 1), pod("b", 2, status={"phase": "Running"})], "rank 2 is not ready"),
        (
            [pod("a", 1), pod("b", 2, metadata={"annotations": {"spec-hash": "before"}})],
            "rank 2 is of another generation",
        ),
        ([pod("a", 1), pod("b", 2, metadata={"deletionTimestamp": "now"})], "rank 2 is missing"),
        ([pod("a", 1), pod("b", 2), pod("c", 3)], "ranks 3 are too many"),
        ([pod("a", 1), pod("b", 2), pod("other", 0)], "another leader is still there"),
        ([pod("a", 1), pod("b", ""), pod("c", "x")], "rank 2 is missing"),
    ],
)
def test_what_there_is_to_wait_for_is_told(pods: list[dict[str, Any]], missing: str) -> None:
    assert members(*pods) == ([], missing)


def test_pods_that_have_ended_are_no_more() -> None:
    evicted = pod("old", 1, status={"phase": "Failed"})
    assert members(evicted, pod("a", 1), pod("b", 2))[1] == ""


def test_marks_of_another_specification_and_locks_are_no_engines(tmp_path: Path) -> None:
    mark, lock = tmp_path / "ready", tmp_path / "lock"
    place = {"marks": [str(mark)], "locks": [str(lock)], "hash": "abc"}
    assert not serve.complete(place)
    mark.write_text('{"hash": "xyz"}', encoding="utf-8")
    assert not serve.complete(place)
    mark.write_text('{"hash": "abc"}', encoding="utf-8")
    assert serve.complete(place)
    lock.mkdir()
    assert not serve.complete(place)


class Answers:
    """An API server that has these Jobs and pods."""

    def __init__(
        self, *conditions: dict[str, str], pods: list[dict[str, Any]] | None = None, **status: int
    ) -> None:
        self.status = {"conditions": list(conditions), **status}
        self.found = pods or []

    def jobs(self, _labels: dict[str, str]) -> list[dict[str, Any]]:
        old = {"metadata": {"name": "old", "creationTimestamp": "1"}, "status": {}}
        return [{"metadata": {"name": "new", "creationTimestamp": "2"}, "status": self.status}, old]

    def pods(self, _labels: dict[str, str]) -> list[dict[str, Any]]:
        return self.found


@pytest.mark.parametrize(
    ("answers", "said", "final"),
    [
        (Answers(), "has not begun", False),
        (Answers(active=1), "is at work", False),
        (Answers({"type": "Complete", "status": "True"}), "is complete, but", True),
        (Answers({"type": "Complete", "status": "False"}, active=1), "is at work", False),
        (
            Answers({"type": "Failed", "status": "True", "reason": "PodFailurePolicy"}),
            "PodFailurePolicy",
            None,
        ),
        (Answers({"type": "FailureTarget", "status": "True", "message": "too often"}), "too often", None),
    ],
)
def test_what_the_newest_job_says(answers: Any, said: str, final: bool | None) -> None:
    told, ends = serve.conversion({"jobs": {}}, answers)
    assert said in told
    assert "Job new" in told
    assert ends is final


def test_the_last_words_are_those_of_the_latest_failure() -> None:
    def ended(code: int, at: str, words: str) -> dict[str, Any]:
        state = {"terminated": {"exitCode": code, "finishedAt": at, "message": words}}
        return {"status": {"containerStatuses": [{"state": state}]}}

    assert serve.last_words([ended(1, "1", "first"), ended(64, "2", "last"), ended(0, "3", "well")]) == "last"
    assert serve.last_words([{"status": {}}]) == ""


def test_a_process_descends_from_itself_and_its_parents() -> None:
    found = list(serve.ancestors(os.getpid()))
    assert found[:2] == [os.getpid(), os.getppid()]


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["tritonserver", "--id=rank0"], True),
        (["/usr/bin/python3", "/opt/bin/tritonserver"], True),
        (["mpirun", "-n", "1", "tritonserver"], False),
        (["/bin/sh", "/usr/bin/trtllm-llmapi-launch", "tritonserver"], False),
    ],
)
def test_a_launcher_is_no_server(argv: list[str], told: bool) -> None:
    assert serve.is_server(argv) is told


def frame(code: int, body: bytes, *, last: bool = True) -> bytes:
    size = bytes([len(body)]) if len(body) < 126 else bytes([126]) + len(body).to_bytes(2, "big")
    return bytes([(0x80 if last else 0) | code]) + size + body


class Stream:
    def __init__(self) -> None:
        self.sent = b""

    def sendall(self, data: bytes) -> None:
        self.sent += data


def test_messages_come_whole_and_pings_are_answered() -> None:
    long = b"\x01" + b"x" * 300
    received = (
        frame(2, long)
        + frame(9, b"hi")
        + frame(2, b"\x01par", last=False)
        + frame(0, b"ts")
        + frame(8, b"")
        + frame(2, b"late")
    )
    stream: Any = Stream()
    assert list(remote.messages(stream, io.BytesIO(received))) == [long, b"\x01parts"]
    assert stream.sent == b"\x8a\x82\x00\x00\x00\x00hi"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (b'{"status": "Success"}', 0),
        (b'{"details": {"causes": [{"reason": "ExitCode", "message": "7"}]}}', 7),
    ],
)
def test_the_last_message_has_the_exit_code(status: bytes, code: int) -> None:
    assert remote.exit_code(iter([b"\x03" + status])) == code


def test_a_connection_that_ends_too_early_is_a_failure() -> None:
    with pytest.raises(remote.Failed, match="before the command"):
        remote.exit_code(iter([]))
    with pytest.raises(remote.Failed, match="no such container"):
        remote.exit_code(iter([b'\x03{"message": "no such container"}']))
