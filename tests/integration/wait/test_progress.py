# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress lines in a real playbook run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.integration.wait.conftest import Ground
from tests.integration.wait.objects import deployment, played

pytestmark = [pytest.mark.proof("P"), pytest.mark.req("XC-09")]

PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")


def play(
    lab: Any, ground: Ground, tmp_path: Path, *, arguments: tuple[str, ...] = (), **task: Any
) -> list[tuple[float, str]]:
    """Runs a play with one apply_set; returns the lines of its output with the seconds at which each came."""
    options = {
        "kubeconfig": str(lab.kubeconfig),
        "name": "set",
        "namespace": ground.namespace,
        "objects": [ground.placed(deployment(replicas=2, annotations=played(ready_after="3s")))],
    }
    tasks = [{"name": "Apply", "inferops.serving.apply_set": options, **task}]
    file = tmp_path / "play.yml"
    file.write_text(json.dumps([{"hosts": "all", "gather_facts": False, "tasks": tasks}]))
    command = [
        str(PLAYBOOK),
        "-i",
        "cluster-a,",
        "-c",
        "local",
        "-e",
        f"ansible_python_interpreter={sys.executable}",
    ]
    process = subprocess.Popen(
        [*command, *arguments, str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1", "ANSIBLE_NOCOLOR": "1"},
    )
    assert process.stdout is not None
    lines = [(time.monotonic(), line.rstrip("\n")) for line in process.stdout]
    assert process.wait() == 0, lines
    return lines


def progress(lines: list[tuple[float, str]]) -> list[str]:
    return [line for _time, line in lines if line.startswith("[cluster-a] ")]


def test_lines_come_while_the_module_runs(lab: Any, ground: Ground, tmp_path: Path):
    lines = play(lab, ground, tmp_path)
    said = progress(lines)
    assert f"[cluster-a] Deployment {ground.namespace}/web: 0 of 2 pods ready (starting)" in said
    assert said[-1] == f"[cluster-a] Deployment {ground.namespace}/web: 2 of 2 pods ready"
    assert len(said) == len(set(said))
    first = next(when for when, line in lines if "0 of 2 pods ready" in line)
    end = next(when for when, line in lines if line.startswith("changed:"))
    assert end - first > 1.5


@pytest.mark.parametrize(
    ("arguments", "task"),
    [
        ((), {"no_log": True}),
        (("--check",), {}),
        ((), {"async": 60, "poll": 1}),
    ],
)
def test_no_line_where_none_may_be_shown(lab: Any, ground: Ground, tmp_path: Path, arguments, task):
    assert progress(play(lab, ground, tmp_path, arguments=arguments, **task)) == []


def test_delegation_to_the_controller_is_shown(lab: Any, ground: Ground, tmp_path: Path):
    lines = play(lab, ground, tmp_path, delegate_to="localhost")
    assert progress(lines)[-1].endswith("2 of 2 pods ready")


def test_nothing_is_left_behind(lab: Any, ground: Ground, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("ANSIBLE_LOCAL_TEMP", str(tmp_path / "temp"))
    play(lab, ground, tmp_path)
    assert list(tmp_path.glob("temp/**/progress-*")) == []
