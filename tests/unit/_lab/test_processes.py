# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes outlive their starter, and only one's own are ended."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._lab import processes
from ansible_collections.inferops.serving.plugins.module_utils._lab.processes import Process

SLEEP = (sys.executable, "-c", "import time; time.sleep(60)")


def test_a_process_is_found_and_ended(tmp_path: Path) -> None:
    Process(name="a", argv=SLEEP, directory=tmp_path).start()
    (found,) = processes.running(tmp_path).values()
    assert found.argv == SLEEP
    assert processes.memory_mib(found.pid) >= 0
    assert processes.stop(tmp_path, ["a"]) == ["a"]
    assert processes.running(tmp_path) == {}
    assert processes.recorded(tmp_path) == ()


def test_one_that_may_put_things_in_order_is_asked_first(tmp_path: Path) -> None:
    ready, done = tmp_path / "ready", tmp_path / "done"
    script = (
        "import pathlib, signal, sys, time\n"
        f"signal.signal(signal.SIGTERM, lambda *_: (pathlib.Path({str(done)!r}).touch(), sys.exit()))\n"
        f"pathlib.Path({str(ready)!r}).touch()\ntime.sleep(60)\n"
    )
    argv = (sys.executable, "-c", script)
    Process(name="a", argv=argv, directory=tmp_path, ends_by=signal.SIGTERM).start()
    while not ready.exists():
        time.sleep(0.01)
    processes.stop(tmp_path, ["a"])
    assert done.exists()


def test_a_number_that_was_given_to_another_process_is_left_alone(tmp_path: Path) -> None:
    Process(name="a", argv=SLEEP, directory=tmp_path).start()
    record = tmp_path / "run" / "a.json"
    pid = json.loads(record.read_text())["pid"]
    record.write_text(json.dumps(json.loads(record.read_text()) | {"started": "earlier/1"}))
    assert processes.stop(tmp_path, ["a"]) == []
    os.kill(pid, signal.SIGKILL)


def test_a_damaged_record_names_nobody(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "a.json").write_text("{")
    assert processes.running(tmp_path) == {}


def test_the_environment_is_not_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "secret")
    out = tmp_path / "out"
    script = f"import os, pathlib; pathlib.Path({str(out)!r}).write_text(repr(dict(os.environ)))"
    Process(
        name="a", argv=(sys.executable, "-c", script), directory=tmp_path, environment={"MINE": "1"}
    ).start()
    while not (out.exists() and out.read_text()):
        time.sleep(0.01)
    assert "secret" not in out.read_text()
    assert "MINE" in out.read_text()
    processes.stop(tmp_path, ["a"])


def test_listening_ports_are_seen() -> None:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        opened.listen()
        port = opened.getsockname()[1]
        assert port in processes.listening_ports(os.getpid())
        assert processes.taken([port]) == [port]
    assert processes.taken([port]) == []
