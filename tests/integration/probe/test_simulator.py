# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as a process of its own: what it answers by address, and to the very files of the Job."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._lab import Config, build
from ansible_collections.inferops.serving.plugins.module_utils._probe import Site, Target, facts, smoke_test
from ansible_collections.inferops.serving.plugins.module_utils._probe.asking import Question, Verdict
from ansible_collections.inferops.serving.plugins.module_utils._probe.manner import Manner
from ansible_collections.inferops.serving.plugins.module_utils._probe.reach.job_objects import (
    config_map,
    job_object,
)
from ansible_collections.inferops.serving.plugins.module_utils._probe.reach.site import JobOptions
from ansible_collections.inferops.serving.plugins.module_utils._probe.slo import Slo
from ansible_collections.inferops.serving.plugins.module_utils._probe.smoke import Result

from tests.integration.probe.conftest import eventually

pytestmark = [pytest.mark.proof("E", stand_in="llm-d-inference-sim in the place of vLLM")]
OPENAI = Question(protocol="openai")
FIRST_TOKEN_MS = 120
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The lab's own binary of the simulator on a free port."""
    config = Config(directory=tmp_path_factory.mktemp("sim"), sources=ROOT / "roles/lab/files")
    binary = build.binaries(config, print)["llm-d-inference-sim"]
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [binary, f"--port={port}", "--model=meta/llama", "--served-model-name", "chat", "llama"]
    command += ["--lora-modules", '{"name": "sql", "path": "/adapters/sql"}', "--max-num-seqs=64"]
    command += [f"--time-to-first-token={FIRST_TOKEN_MS}ms", "--inter-token-latency=1ms"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: _open(port))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def _open(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def asked(target: Target, **manner: object) -> Result:
    targets = Manner(**manner).applied([target])  # type: ignore[arg-type]
    (result,) = smoke_test(targets, site=Site(client=None), reach="address", deadline=time.monotonic() + 30)
    return result


@pytest.mark.req("S2-44", "S2-48", "S3-35", "S3-39", "S3-45")
def test_it_passes_every_check_and_its_first_token_is_timed(url: str) -> None:
    question = Question(protocol="openai", models=("chat", "llama"), adapters=("sql",))
    result = asked(Target(name="sim", question=question, url=url), max_tokens=100, temperature=0.7)
    assert result.ok, facts(result)
    assert result.verdict.ttft_ms is not None
    assert result.verdict.total_ms is not None
    assert FIRST_TOKEN_MS <= result.verdict.ttft_ms <= result.verdict.total_ms


@pytest.mark.req("S3-35", "S3-39")
def test_a_name_or_adapter_that_it_does_not_serve_is_found_out(url: str) -> None:
    named = asked(Target(name="sim", question=Question(protocol="openai", models=("nope",)), url=url))
    adapted = asked(Target(name="sim", question=Question(protocol="openai", adapters=("law",)), url=url))
    codes = [result.diagnosis.code for result in (named, adapted) if result.diagnosis]
    assert codes == ["ModelNotServed", "AdapterMissing"]


@pytest.mark.req("S2-49")
def test_an_objective_below_its_first_token_is_missed_and_one_above_is_met(url: str) -> None:
    def gate(limit: float) -> Result:
        slo = Slo(enforce=True, ttft_ms=limit, concurrency=16)
        question = Question(protocol="openai", concurrency=16)
        return asked(Target(name="sim", question=question, url=url, slo=slo), checks=("models", "stream"))

    assert gate(FIRST_TOKEN_MS * 20).ok
    missed = gate(FIRST_TOKEN_MS / 2)
    assert missed.diagnosis is not None
    assert (missed.diagnosis.code, missed.diagnosis.check) == ("SloMissed", "ttft_ms")


@pytest.mark.req("S2-47", "S2-48")
def test_the_very_files_of_the_job_get_the_same_answer(url: str, tmp_path: Path) -> None:
    target = Target(name="sim", question=Question(protocol="openai", models=("chat",)), url=url)
    job = job_object(name="probe", target=target, url=url, options=JobOptions(image="python"), seconds=20)
    (container,) = job["spec"]["template"]["spec"]["containers"]
    package = tmp_path / "probe"
    package.mkdir()
    for name, text in config_map(job, target, owner="u1")["data"].items():
        (package / name).write_text(text)
    environment = {entry["name"]: entry["value"] for entry in container["env"]}
    environment |= {
        "PYTHONPATH": str(tmp_path),
        "PROBE_QUESTION": str(package / "question.json"),
        "PROBE_TERMINATION_LOG": str(tmp_path / "termination-log"),
    }
    command = [sys.executable, *container["command"][1:]]
    subprocess.run(command, env={**os.environ, **environment}, cwd=tmp_path, check=True, timeout=60)
    verdict = Verdict.from_json((tmp_path / "termination-log").read_text())
    assert verdict.ok
    assert verdict.model == "chat"
    assert verdict.text
