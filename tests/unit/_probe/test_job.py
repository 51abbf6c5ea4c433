# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._probe.asking import (
    NotReached,
    Question,
    Verdict,
)
from ansible_collections.inferops.serving.plugins.module_utils._probe.reach.job_objects import (
    config_map,
    job_object,
    label,
)
from ansible_collections.inferops.serving.plugins.module_utils._probe.reach.site import JobOptions
from ansible_collections.inferops.serving.plugins.module_utils._probe.target import Target
from ansible_collections.inferops.serving.plugins.module_utils._workload import SecretKey

from tests.unit._probe.standin import Behaviour, serving

STAND_IN = "model server on loopback; a process in place of the Job's container"
OPTIONS = JobOptions(image="python:3.13-slim", pull_secrets=("ngc",))


def made(url: str = "http://chat.rag.svc:8000", **target: Any) -> tuple[dict[str, Any], Target]:
    given = {"question": Question(protocol="openai"), **target}
    wanted = Target(name="chat", namespace="rag", **given)
    job = job_object(name="llm-probe-chat-1", target=wanted, url=url, options=OPTIONS, seconds=5)
    return job, wanted


def run(job: dict[str, Any], target: Target, folder: Path, **environment: str) -> tuple[int, Verdict, str]:
    """The Job's own files and command as a process here, in place of a container."""
    package = folder / "probe"
    package.mkdir()
    for name, text in config_map(job, target, owner="u1")["data"].items():
        (package / name).write_text(text)
    container = job["spec"]["template"]["spec"]["containers"][0]
    given = {entry["name"]: entry["value"] for entry in container["env"] if "value" in entry}
    termination = folder / "termination-log"
    termination.touch()
    process = subprocess.run(
        [sys.executable, "-I", "-c", _started_as(container["command"], folder)],
        env={
            **os.environ,
            **given,
            "PROBE_QUESTION": str(package / "question.json"),
            "PROBE_TERMINATION_LOG": str(termination),
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not process.stderr
    return process.returncode, Verdict.from_json(termination.read_text()), process.stdout


def _started_as(command: list[str], folder: Path) -> str:
    """`python3 -m MODULE` of an interpreter that sees nothing of ours but the folder."""
    python, flag, module = command
    assert (python, flag) == ("python3", "-m")
    module_run = f"runpy.run_module({module!r}, run_name='__main__')"
    return f"import runpy, sys; sys.path.insert(0, {str(folder)!r}); {module_run}"


@pytest.mark.proof("E", stand_in=STAND_IN)
@pytest.mark.req("S2-47", "S2-48")
def test_the_jobs_very_files_ask_and_leave_the_verdict_as_termination_message(tmp_path: Path) -> None:
    with serving(Behaviour()) as place:
        job, target = made(f"http://{place}")
        code, verdict, log = run(job, target, tmp_path)
    assert code == 0
    assert verdict.ok
    assert verdict.text == "Hello there, nice to meet you."
    assert Verdict.from_json(log.splitlines()[-1]) == verdict


@pytest.mark.proof("E", stand_in=STAND_IN)
def test_a_failure_ends_the_process_with_one_and_a_verdict(tmp_path: Path) -> None:
    with serving(Behaviour()) as place:
        job, target = made(f"http://{place}", question=Question(protocol="openai", models=("llama",)))
        code, verdict, _log = run(job, target, tmp_path)
    assert code == 1
    assert [check.code for check in verdict.checks if not check.ok] == ["ModelNotServed"]


@pytest.mark.req("XC-13")
def test_the_key_reaches_the_process_by_reference_and_never_its_output(tmp_path: Path) -> None:
    with serving(Behaviour(authorization="Bearer other")) as place:
        job, target = made(f"http://{place}", api_key=SecretKey(secret="chat-key", key="token"))
        _code, verdict, log = run(job, target, tmp_path, PROBE_API_KEY="s3cret")
    (entry,) = [entry for entry in _pod(job)["containers"][0]["env"] if entry["name"] == "PROBE_API_KEY"]
    assert entry["valueFrom"] == {"secretKeyRef": {"name": "chat-key", "key": "token"}}
    assert not verdict.ok
    assert "s3cret" not in log


@pytest.mark.req("XC-13")
def test_a_key_by_value_is_refused_because_it_would_be_written_down() -> None:
    with pytest.raises(NotReached) as refusal:
        made(api_key="s3cret")
    assert refusal.value.code == "NoCredentials"


@pytest.mark.req("XC-20", "XC-22")
def test_the_pod_has_no_privilege_no_token_and_limits_on_everything() -> None:
    job, _target = made()
    pod = _pod(job)
    (container,) = pod["containers"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    for amounts in container["resources"].values():
        assert set(amounts) == {"cpu", "memory", "ephemeral-storage"}


@pytest.mark.req("XC-20")
def test_the_user_can_be_left_to_the_cluster() -> None:
    wanted = Target(name="chat", namespace="rag", question=Question(protocol="openai"))
    options = JobOptions(image="python", run_as_user=0)
    job = job_object(name="n", target=wanted, url="http://chat", options=options, seconds=5)
    assert "runAsUser" not in _pod(job)["securityContext"]


@pytest.mark.parametrize(
    ("name", "made_of_it"), [("Chat 8B!", "chat-8b"), ("x" * 70, "x" * 63), ("ä", "target")]
)
def test_any_name_of_a_target_becomes_a_valid_one(name: str, made_of_it: str) -> None:
    assert label(name) == made_of_it


def test_long_answers_are_cut_to_what_a_termination_message_holds(tmp_path: Path) -> None:
    with serving(Behaviour(words="wörter " * 3000)) as place:
        job, target = made(f"http://{place}")
        code, verdict, _log = run(job, target, tmp_path)
    assert code == 0
    assert verdict.ok
    assert (tmp_path / "termination-log").stat().st_size <= 4096


def test_a_process_that_starts_late_still_gets_a_few_seconds(tmp_path: Path) -> None:
    with serving(Behaviour()) as place:
        job, target = made(f"http://{place}")
        code, _verdict, _log = run(job, target, tmp_path, PROBE_UNTIL=str(int(time.time()) - 100))
    assert code == 0


def _pod(job: dict[str, Any]) -> dict[str, Any]:
    pod: dict[str, Any] = job["spec"]["template"]["spec"]
    return pod
