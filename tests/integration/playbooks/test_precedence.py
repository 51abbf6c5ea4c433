# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values lie in layers by Ansible's own precedence, as values files of a chart do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.playbook import Run, run_playbook

pytestmark = [pytest.mark.proof("P")]

PLAY = {
    "hosts": "llm_clusters",
    "connection": "local",
    "gather_facts": False,
    "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
    "roles": [
        {"role": "inferops.serving.serving", "serving_mode": "render", "serving_render_dest": "{{ target }}"}
    ],
}
FLEET = {
    "copies": 1,
    "llm_models": [{"name": "tiny", "source": "tiny"}],
    "llm_serving": [
        {
            "name": "tiny",
            "namespace": "here",
            "model": "tiny",
            "engine": "simulator",
            "platform": "deployment",
            "scaling": {"min": "{{ copies }}"},
        }
    ],
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path / "play.yml", [PLAY])
    write(tmp_path / "hosts.yml", {"llm_clusters": {"hosts": {"one": {}}}})
    write(tmp_path / "group_vars" / "all.yml", FLEET)
    return tmp_path


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(content), encoding="utf-8")


def render(project: Path, target: str, **extra: Any) -> Run:
    run = run_playbook(
        "play.yml", "-i", "hosts.yml", variables={**extra, "target": str(project / target)}, cwd=project
    )
    assert run.status == 0, run.output
    return run


def copies(project: Path, target: str) -> int:
    (file,) = (project / target / "tiny").glob("*-deployment-tiny.yaml")
    number: int = yaml.safe_load(file.read_text(encoding="utf-8"))["spec"]["replicas"]
    return number


@pytest.mark.req("S1-79")
def test_each_layer_wins_over_the_one_below(project: Path) -> None:
    render(project, "all")
    assert copies(project, "all") == 1, "the role's defaults say how, the inventory says what"

    write(project / "group_vars" / "llm_clusters.yml", {"copies": 2})
    render(project, "group")
    assert copies(project, "group") == 2

    write(project / "host_vars" / "one.yml", {"copies": 3})
    render(project, "host")
    assert copies(project, "host") == 3

    render(project, "extra", copies=4)
    assert copies(project, "extra") == 4

    write(project / "group_vars" / "llm_clusters.yml", {"serving_render_format": "tarball"})
    render(project, "archive.tar.gz")
    assert (project / "archive.tar.gz").is_file(), "a group's value wins over the role's default"
