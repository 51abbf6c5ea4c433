# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook `lab.yml` as a user runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils import _lab
from ansible_collections.inferops.serving.plugins.module_utils._lab import snapshot

from tests.support.playbook import Run, run_playbook

pytestmark = [pytest.mark.proof("P")]


def run(inventory: Path, *arguments: str, **variables: Any) -> Run:
    done = run_playbook("playbooks/lab.yml", "-i", str(inventory), *arguments, variables=variables)
    assert done.status == 0, done.output
    return done


def result(done: Run) -> dict[str, Any]:
    """What the first task that did not skip the module returned."""
    return next(task["result"] for task in done.tasks if "actions" in task["result"])


def test_a_lab_comes_stays_stops_and_goes(tmp_path: Path) -> None:
    directory, inventory = tmp_path / "lab", tmp_path / "hosts.yml"
    host = {
        "lab_dir": str(directory),
        "lab_port": snapshot.free_port(),
        "lab_nodes": [{"name": "gpu", "gpus": 8}],
        "lab_controllers": {"gateway": False},
    }
    clusters = {"hosts": {"embedded": host, "elsewhere": {}}, "vars": {"ansible_connection": "local"}}
    inventory.write_text(yaml.safe_dump({"llm_clusters": clusters}))
    try:
        assert run(inventory, "--check").changed == 1
        assert not directory.exists()
        first = run(inventory)
        facts = result(first)
        assert first.changed == 1
        assert Path(facts["kubeconfig"]).exists()
        assert {process["name"] for process in facts["processes"] if process["running"]} >= {
            "etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok", "keeper"
        }  # fmt: skip
        assert run(inventory).changed == 0
        assert result(run(inventory, lab_nodes=[{"name": "gpu", "count": 2}]))["actions"] == [
            "node gpu-0 changed",
            "node gpu-1 created",
        ]
        assert run(inventory, lab_state="stopped").changed == 1
        assert run(inventory, lab_state="stopped").changed == 0
        assert _lab.status(directory)["state"] == "stopped"
        assert run(inventory, lab_state="absent").changed == 1
        assert run(inventory, lab_state="absent").changed == 0
        assert not directory.exists()
    finally:
        _lab.remove(directory)
