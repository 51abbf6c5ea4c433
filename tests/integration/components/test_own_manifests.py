# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An agent from a manifest of the user goes the way of ours: same changes, same judgement, same removal."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client

from tests.support.lab import Lab
from tests.support.playbook import run_tasks

from .conftest import daemon_set, written

pytestmark = [pytest.mark.proof("P", "C")]
MODULE = "inferops.serving.component"


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
