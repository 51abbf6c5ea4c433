# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image that builds engines: built by a real builder, and once only, whichever host asks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.engines.builder.conftest import PASSWORD, Host, host
from tests.support.playbook import run_tasks

STOCK = "tritonserver:24.04-trtllm-python-py3"

pytestmark = [pytest.mark.proof("H")]


def inventory(image: str) -> dict[str, Any]:
    return {
        "llm_stores": [{"name": "volume", "kind": "pvc", "claim": "models"}],
        "llm_models": [{"name": "llama-3-8b", "source": "llama-3-8b", "store": "volume"}],
        "llm_serving": [
            {
                "name": "chat",
                "model": "llama-3-8b",
                "engine": "triton-trtllm",
                "image": image,
                "presets": ["llama-3-8b-trt2"],
            }
        ],
    }


@pytest.mark.req("S1-43", "S1-44")
def test_an_image_is_built_and_pushed_once(
    tmp_path: Path, buildah: Path, programs: Path, registry: str
) -> None:
    stock, mine = f"{registry}/{STOCK}", f"{registry}/triton:mine"
    first = host(tmp_path / "first", buildah, programs, registry, base=stock)
    second = host(tmp_path / "second", buildah, programs, registry, base=mine)
    variables = inventory(f"{registry}/team/triton_trt-llm:24.04")

    def task(where: Host, base: str, **how: bool) -> dict[str, Any]:
        options = {
            "dest": f"{where.environ['HOME']}/recipes",
            "base": base,
            "build": "always",
            "builder": "buildah",
            "push": True,
            **{name: f"{{{{ {name} }}}}" for name in variables},
        }
        return {"inferops.serving.engine_image": options, "environment": where.environ, **how}

    tasks = {
        "foretold": task(first, stock, check_mode=True),
        "made": task(first, stock),
        "again": task(first, stock),
        "by another host": task(second, stock),
        "of another base": task(second, mine),
        "again on the first host": task(first, mine),
    }
    run = run_tasks(list(tasks.values()), "-vvv", variables=variables)
    assert run.status == 0, run.output
    assert PASSWORD not in run.output
    images = [image for each in run.tasks for image in each["result"]["images"]]
    assert not any(image["notice"] for image in images)
    assert dict(zip(tasks, ((image["built"], image["pushed"]) for image in images), strict=True)) == {
        "foretold": (True, True),
        "made": (True, True),
        "again": (False, False),
        "by another host": (False, False),
        "of another base": (True, True),
        "again on the first host": (False, False),
    }
    assert run.tasks[2]["result"]["changed"] is False
    told = {"foretold, made": first.commands(), "of another base": second.commands()}
    assert {name: [line.split()[0] for line in lines] for name, lines in told.items()} == {
        "foretold, made": ["info", "inspect", "info", "inspect", "build", "push", "info", "info"],
        "of another base": ["info", "info", "inspect", "build", "push"],
    }
    assert not any("creds" in line or PASSWORD in line for lines in told.values() for line in lines)
