# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On a host without a builder the recipe of the image is written, and it is said that nothing was built."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.playbook import run_playbook
from tests.unit._engines.trtllm import IMAGE

pytestmark = [pytest.mark.proof("H")]

VARIABLES = {
    "llm_stores": [
        {"name": "model-volume", "kind": "pvc", "size": "512Gi", "storage_class": "nfs"},
        {"name": "hub", "kind": "hf", "secret": "token"},
    ],
    "llm_secrets": [{"name": "token", "kind": "hf-token", "existing": "token"}],
    "llm_models": [{"name": "llama-3-8b", "source": "llama-3-8b", "store": "hub"}],
    "llm_serving": [
        {
            "name": "chat",
            "model": "llama-3-8b",
            "engine": "triton-trtllm",
            "image": IMAGE,
            "presets": ["llama-3-8b-trt2"],
            "cache": {"store": "model-volume"},
        },
        {"name": "new", "model": "llama-3-8b", "engine": "triton-trtllm", "topology": {"tensor": 2}},
    ],
}


@pytest.mark.req("S1-43")
def test_the_recipe_is_written_and_the_missing_builder_told(tmp_path: Path) -> None:
    options = {"dest": str(tmp_path / "images"), **{name: f"{{{{ {name} }}}}" for name in VARIABLES}}
    play = {
        "hosts": "localhost",
        "connection": "local",
        "gather_facts": False,
        "tasks": [{"inferops.serving.engine_image": options}],
    }
    playbook = tmp_path / "image.yml"
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    nothing = tmp_path / "bin"
    nothing.mkdir()
    for program in ("sh", "env", "uname", "locale", "mkdir", "rm", "chmod", "sleep"):
        (nothing / program).symlink_to(f"/bin/{program}")
    environ = {"PATH": str(nothing)}

    first = run_playbook(playbook, variables=VARIABLES, environ=environ)
    assert first.status == 0, first.output
    (image,) = first.result("engine_image")["images"]
    assert image["image"] == IMAGE
    assert image["built"] is False
    assert "podman" in image["notice"]
    assert "not built" in first.output
    text = Path(image["containerfile"]).read_text(encoding="utf-8")
    assert "tritonserver:24.04-trtllm-python-py3" in text

    again = run_playbook(playbook, variables=VARIABLES, environ=environ)
    assert again.changed == 0
