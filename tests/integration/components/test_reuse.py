# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles in the hands of others: the example project of the documentation, and a manifest of the user."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client

from tests.support.lab import Lab
from tests.support.playbook import ROOT, Run, run_playbook, run_tasks

from .conftest import daemon_set, written

pytestmark = [pytest.mark.proof("P")]
MODULE = "inferops.serving.component"
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


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "docs" / "examples" / "gpus", tmp_path / "project"))


@pytest.mark.req("XC-17")
def test_the_example_project_runs_with_the_installed_collection(
    bare: Lab, client: Client, installed: Path, project: Path
) -> None:
    """One role, by its full name, with three variables."""
    [play] = yaml.safe_load((project / "playbook.yml").read_text())
    [role] = play["roles"]
    assert (role.pop("role"), len(role)) == ("inferops.serving.device_plugin", 3)
    [wanted] = yaml.safe_load((project / "requirements.yml").read_text())["collections"]
    manifest = installed / "ansible_collections" / "inferops" / "serving" / "MANIFEST.json"
    assert wanted["version"] == f">={json.loads(manifest.read_text())['collection_info']['version']}"
    before = written(client)
    rights = project / "rights.yaml"
    environ = {"ANSIBLE_COLLECTIONS_PATH": str(installed), "K8S_AUTH_KUBECONFIG": str(bare.kubeconfig)}

    def run(*arguments: str, **variables: Any) -> Run:
        inventory = ("-i", str(project / "inventory.yml"))
        done = run_playbook(
            project / "playbook.yml",
            *inventory,
            *arguments,
            variables=variables,
            environ=environ,
            cwd=project,
        )
        assert done.status == 0, done.output
        return done

    run("--tags", "device_plugin_rights", device_plugin_rights_file=str(rights))
    assert [one["kind"] for one in yaml.safe_load_all(rights.read_text())] == ["ClusterRole", "Role"]
    first = run()
    assert first.result("component")["gpu_inventory"]["bare-0"]["count"] == 8
    image = "registry.example/nvidia/nvidia/k8s-device-plugin"
    made = client.get("apps/v1", "DaemonSet", "nvidia-device-plugin-daemonset", "kube-system") or {}
    assert made["spec"]["template"]["spec"]["containers"][0]["image"].startswith(image)
    run(device_plugin_state="absent")
    assert written(client) == before


@pytest.mark.proof("C")
@pytest.mark.req("S1-23", "XC-21")
def test_an_agent_comes_from_a_manifest_of_the_site(bare: Lab, client: Client, tmp_path: Path) -> None:
    """Like the vendors' static ones it has neither toleration nor namespace."""
    plugin = daemon_set("nvidia-device-plugin-daemonset", image="nvcr.io/nvidia/k8s-device-plugin:v0.19.3")
    del plugin["metadata"]["namespace"]
    name = {"name": "nvidia-device-plugin-ds"}
    plugin["spec"]["selector"]["matchLabels"] = plugin["spec"]["template"]["metadata"]["labels"] = name
    manifest = tmp_path / "plugin.yml"
    manifest.write_text(yaml.safe_dump(plugin), encoding="utf-8")
    before = written(client)
    own = {
        "component": "device_plugin",
        "source": str(manifest),
        "image_registry_map": {"nvcr.io": "registry.example"},
        "wait_timeout": 60,
    }
    run = run_tasks(
        [
            {MODULE: {**own, "tolerations": []}, "register": "barred", "ignore_errors": True},
            {MODULE: own, "check_mode": True, "register": "foretold"},
            {MODULE: own, "register": "brought"},
            {MODULE: own, "register": "again"},
            {
                "ansible.builtin.assert": {
                    "that": [
                        "'taint nvidia.com/gpu=present:NoSchedule is not tolerated' in barred.msg",
                        "foretold is changed and foretold.actions | length == brought.actions | length",
                        "brought.gpu_inventory['bare-0'].count == 8",
                        "again is not changed",
                    ]
                }
            },
        ],
        kubeconfig=bare.kubeconfig,
    )
    assert run.status == 0, run.output
    live = client.get("apps/v1", "DaemonSet", "nvidia-device-plugin-daemonset", "kube-system") or {}
    pod = live["spec"]["template"]["spec"]
    assert pod["containers"][0]["image"] == "registry.example/nvidia/k8s-device-plugin:v0.19.3"
    assert pod["nodeSelector"] == {"nvidia.com/gpu": "present"}
    gone = run_tasks(
        [{MODULE: {"component": "device_plugin", "state": "absent"}}], kubeconfig=bare.kubeconfig
    )
    assert gone.status == 0, gone.output
    assert written(client) == before
