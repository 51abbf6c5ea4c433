# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Machines of the tests leave nothing behind, however their tests end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.support.lab import eventually
from tests.support.machine import HERE

STARTS = """
import subprocess, sys, time
subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, start_new_session=True)
time.sleep(600)
"""
FORKS = "sleep 600 & echo $$ $! > {told}; wait"


def test_what_runs_for_a_test_ends_when_the_test_is_killed(tmp_path: Path) -> None:
    told = tmp_path / "told"
    runner = [sys.executable, str(HERE / "runner.py"), "/bin/sh", "-c", FORKS.format(told=told)]
    with subprocess.Popen([sys.executable, "-c", STARTS, *runner], start_new_session=True) as test:
        eventually(lambda: told.exists() and bool(told.read_text()))
        running = [Path("/proc", pid) for pid in told.read_text().split()]
        assert all(process.exists() for process in running)
        os.killpg(test.pid, signal.SIGKILL)
    eventually(lambda: not any(map(_runs, running)))


def _runs(process: Path) -> bool:
    """Not counting one that nobody has asked for its status."""
    try:
        return (process / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_it_ends_as_its_program_does() -> None:
    command = [sys.executable, str(HERE / "runner.py"), "/bin/sh", "-c", "exit 3"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as runner:
        assert runner.wait(30) == 3
