# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real simulator takes the arguments of a rendered container and answers at the paths of its probes."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._lab import Config, build

from tests.integration.render.conftest import until
from tests.integration.render.triton.server import free_ports
from tests.unit._plan.inventory import planned

SOURCES = Path(__file__).parents[3] / "roles" / "lab" / "files"


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab's own binary."""
    config = Config(directory=tmp_path_factory.mktemp("sim"), sources=SOURCES)
    return Path(build.binaries(config, print)["llm-d-inference-sim"])


@contextmanager
def running(program: Path, log: Path, **given: Any) -> Iterator[str]:
    """The simulator as the container of this service would run it; its address."""
    plan = planned(engine="simulator", **given)
    (port,) = free_ports(1)
    arguments = [
        f"--port={port}" if each == f"--port={plan.http_port.number}" else each
        for each in plan.workload.main.args
    ]
    with log.open("w") as output:
        process = subprocess.Popen([program, *arguments], stdout=output, stderr=output)
        address = f"http://127.0.0.1:{port}"
        try:
            until(
                lambda: process.poll() is not None or answers(address + plan.startup_probe.path), "an answer"
            )
            assert process.poll() is None, log.read_text()
            yield address
        finally:
            process.terminate()
            process.wait(10)


def answers(url: str) -> bool | None:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200) or None
    except (URLError, ConnectionError):
        return None


@pytest.mark.proof("E")
@pytest.mark.req("S2-44")
def test_all_that_we_render_is_accepted(program: Path, tmp_path: Path) -> None:
    given: dict[str, Any] = {
        "engine_args": {"max_model_len": 4096, "max_num_seqs": 4, "seed": 1, "extra": ["--mode=echo"]},
        "model": {"adapters": [{"name": "sql", "source": "lora/sql", "rank": 8}]},
        "lora": {"enabled": True, "max_rank": 8},
    }
    probes = planned(engine="simulator", **given)
    with running(program, tmp_path / "log", **given) as address:
        for probe in (probes.readiness_probe, probes.liveness_probe):
            assert answers(address + probe.path)


@pytest.mark.proof("E", stand_in="llm-d-inference-sim in the place of vLLM")
@pytest.mark.req("S2-13")
def test_the_served_names_answer(program: Path, tmp_path: Path) -> None:
    with (
        running(program, tmp_path / "log", model={"served_names": ["a", "b"]}) as address,
        urllib.request.urlopen(f"{address}/v1/models", timeout=5) as answer,  # noqa: S310
    ):
        assert {each["id"] for each in json.load(answer)["data"]} == {"a", "b"}
