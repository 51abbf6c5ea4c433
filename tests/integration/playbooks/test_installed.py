# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection built, installed, and used by its full name from somebody else's directory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.conftest import Lab
from tests.support.playbook import ROOT, Run, run_playbook

pytestmark = [pytest.mark.proof("P")]

GALAXY = str(Path(sys.executable).parent / "ansible-galaxy")


@pytest.fixture(scope="module")
def collections(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the collection as its tarball installs it."""
    built, installed = tmp_path_factory.mktemp("built"), tmp_path_factory.mktemp("installed")
    build = [GALAXY, "collection", "build", str(ROOT), "--output-path", str(built)]
    subprocess.run(build, check=True, capture_output=True)
    (tarball,) = built.glob("inferops-serving-*.tar.gz")
    install = [GALAXY, "collection", "install", str(tarball), "--collections-path", str(installed)]
    elsewhere = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(installed)}
    subprocess.run([*install, "--offline"], check=True, capture_output=True, cwd=installed, env=elsewhere)
    return installed


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A directory with an inventory of one service."""
    inventory: dict[str, Any] = {
        "llm_clusters": {
            "hosts": {"mine": {}},
            "vars": {
                "llm_models": [{"name": "tiny", "source": "facebook/opt-125m"}],
                "llm_serving": [
                    {"name": "tiny", "namespace": "from-elsewhere", "model": "tiny", "engine": "simulator"}
                ],
                "llm_cluster": {"namespaces": [{"name": "from-elsewhere"}], "gpu_nodes": {"manage": "apply"}},
            },
        }
    }
    (tmp_path / "inventory.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    return tmp_path


def play(
    collections: Path, project: Path, name: str, environ: dict[str, str] | None = None, **more: Any
) -> Run:
    where = {"ANSIBLE_COLLECTIONS_PATH": str(collections), **(environ or {})}
    return run_playbook(name, "-i", "inventory.yml", variables=more, environ=where, cwd=project)


@pytest.mark.req("XC-01")
def test_the_tarball_brings_every_module(collections: Path) -> None:
    listing = [str(Path(GALAXY).with_name("ansible-doc")), "--list", "inferops.serving"]
    environ = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(collections)}
    done = subprocess.run(listing, check=True, capture_output=True, text=True, cwd=collections, env=environ)
    shipped = {path.stem for path in (ROOT / "plugins" / "modules").glob("*.py")}
    assert {f"inferops.serving.{name}" for name in shipped} <= set(done.stdout.split())


def test_a_playbook_of_the_collection_runs_by_its_name_without_a_cluster(
    collections: Path, project: Path
) -> None:
    run = play(collections, project, "inferops.serving.render", llm_render_dir="files")
    assert run.status == 0, run.output
    assert list((project / "files" / "tiny").glob("*-deployment-tiny.yaml"))


@pytest.mark.req("XC-11", "XC-17")
def test_it_deploys_from_extra_variables_and_the_environment_alone(
    collections: Path, project: Path, lab: Lab
) -> None:
    """As an automation controller runs it: the way to the cluster is in K8S_AUTH_ variables."""
    environ = {"K8S_AUTH_KUBECONFIG": str(lab.kubeconfig)}
    run = play(collections, project, "inferops.serving.deploy", environ)
    assert run.status == 0, run.output
    assert run.result("services")["services"][0]["ready"] is True
    removed = play(collections, project, "inferops.serving.remove", environ, purge_models=True)
    assert removed.status == 0, removed.output
    left = {
        one.metadata.name for one in lab.core.list_namespace().items if not one.metadata.deletion_timestamp
    }
    assert "from-elsewhere" not in left
