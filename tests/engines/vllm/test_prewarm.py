# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Job that fills a shared cache, with the hub's real library, against a stand-in for the hub."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._stores.prewarm import DENIED

from tests.engines.vllm.hub import Hub
from tests.engines.vllm.installation import Installation
from tests.unit._plan.inventory import rendered, variables

pytestmark = [pytest.mark.proof("E", stand_in="hub")]

MODEL, TOKEN = "org/llama", "hf_made_up"
FILES = {"config.json": b"{}", "model.safetensors": b"weights" * 999, "pytorch_model.h5": b"not for vLLM"}
NEEDED = {"config.json", "model.safetensors"}
READ = """
import sys
from huggingface_hub import snapshot_download
print(snapshot_download(sys.argv[1], allow_patterns=["*.safetensors", "*.json"]))
"""
"""As vLLM asks for a model."""


def job(hub: Hub, source: str = MODEL) -> dict[str, Any]:
    made = rendered(
        model={"source": source, "store": "mirror"},
        cache={"store": "sfs", "prewarm": True},
        stores=[
            {"name": "mirror", "kind": "hf", "endpoint": hub.url, "secret": "token"},
            {"name": "sfs", "kind": "pvc"},
        ],
    )["Job"]
    container: dict[str, Any] = made["spec"]["template"]["spec"]["containers"][0]
    return container


def start(installation: Installation, container: Mapping[str, Any], cache: Path) -> subprocess.Popen[str]:
    given = {name: value for name, value in variables(container).items() if isinstance(value, str)}
    assert set(variables(container)) - set(given) == {"HF_TOKEN"}
    environment = {**given, "HF_HOME": str(cache), "HF_TOKEN": TOKEN, "PATH": os.environ["PATH"]}
    command = [installation.python, *container["command"][1:], *container["args"]]
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def end(process: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = process.communicate(timeout=120)
    return process.returncode, said


@pytest.mark.req("S4-17")
def test_what_is_there_is_not_fetched_again_and_read_without_a_hub(
    installation: Installation, tmp_path: Path
) -> None:
    with Hub(MODEL, FILES, TOKEN).serving() as hub:
        container = job(hub)
        first, beside = (start(installation, container, tmp_path) for _ in range(2))
        for process in (first, beside):
            status, said = end(process)
            assert status == 0, said
        assert set(hub.fetched) == NEEDED
        before = dict(hub.fetched)
        status, said = end(start(installation, container, tmp_path))
        assert status == 0, said
        assert hub.fetched == before

    offline = {"HF_HOME": str(tmp_path), "HF_HUB_OFFLINE": "1", "PATH": os.environ["PATH"]}
    found = subprocess.run(
        [installation.python, "-c", READ, MODEL],
        env=offline,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout
    assert {each.name for each in Path(found.stdout.strip()).iterdir()} == NEEDED


@pytest.mark.req("S4-17")
def test_what_trying_again_would_not_help_ends_it(installation: Installation, tmp_path: Path) -> None:
    with Hub(MODEL, FILES, TOKEN).serving() as hub:
        status, said = end(start(installation, job(hub, "org/other"), tmp_path))
    assert status == DENIED, said
    assert TOKEN not in said
