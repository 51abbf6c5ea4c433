# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One role of the installed collection, used by its full name as the page about prerequisites shows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.lab import Lab
from tests.support.playbook import ROOT, run_playbook

pytestmark = [pytest.mark.proof("P"), pytest.mark.usefixtures("agents_work")]
GALAXY = str(Path(sys.executable).parent / "ansible-galaxy")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    build = [GALAXY, "collection", "build", str(ROOT), "--output-path", str(tmp_path)]
    subprocess.run(build, check=True, capture_output=True)
    (tarball,) = tmp_path.glob("inferops-serving-*.tar.gz")
    target = tmp_path / "collections"
    install = [GALAXY, "collection", "install", str(tarball), "--collections-path", str(target), "--offline"]
    environ = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(target)}
    subprocess.run(install, check=True, capture_output=True, cwd=tmp_path, env=environ)
    return target


@pytest.mark.req("XC-17")
def test_the_example_of_the_page_runs_from_another_project(
    bare: Lab, installed: Path, tmp_path: Path
) -> None:
    text = (ROOT / "docs" / "prerequisites.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(- name: GPUs.*?)```", text, re.DOTALL)
    (tmp_path / "play.yml").write_text(example)
    variables = {"ansible_python_interpreter": sys.executable}
    hosts = {"clusters": {"hosts": {"one": {}}, "vars": variables}}
    (tmp_path / "inventory.yml").write_text(yaml.safe_dump(hosts))
    environ = {"ANSIBLE_COLLECTIONS_PATH": str(installed), "K8S_AUTH_KUBECONFIG": str(bare.kubeconfig)}
    where = {"environ": environ, "cwd": tmp_path}
    run = run_playbook(tmp_path / "play.yml", "-i", str(tmp_path / "inventory.yml"), **where)
    assert run.status == 0, run.output
    assert run.result("component")["gpu_inventory"]["bare-0"]["count"] == 8

    rights = run_playbook(
        tmp_path / "play.yml",
        "-i",
        str(tmp_path / "inventory.yml"),
        "--tags",
        "device_plugin_rights",
        **where,
    )
    assert "kind: ClusterRole" in rights.output
