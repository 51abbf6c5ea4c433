# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""NVIDIA's device plugin."""

from __future__ import annotations

import json

import pytest

from .settings import env, objects, one, pod


@pytest.mark.req("S1-17")
@pytest.mark.parametrize("preset", ["seed", "current"])
def test_it_is_what_others_recognise(preset: str) -> None:
    made = objects("device_plugin", preset=preset)
    daemon_set = one(made, "DaemonSet")
    assert daemon_set["metadata"]["name"] == "nvidia-device-plugin-daemonset"
    assert daemon_set["metadata"]["namespace"] == "kube-system"
    assert daemon_set["spec"]["selector"]["matchLabels"] == {"name": "nvidia-device-plugin-ds"}
    spec = pod(made)
    assert spec["priorityClassName"] == "system-node-critical"
    assert spec["volumes"][0]["hostPath"]["path"] == "/var/lib/kubelet/device-plugins"
    assert spec["containers"][0]["securityContext"]["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.req("S1-17")
@pytest.mark.parametrize("preset", ["seed", "current"])
def test_it_never_crashes_on_nodes_without_gpus(preset: str) -> None:
    made = objects("device_plugin", preset=preset)
    assert env(made)["FAIL_ON_INIT_ERROR"] == "false"
    assert pod(made)["nodeSelector"] == {"nvidia.com/gpu": "present"}


def test_sharing_is_a_configuration_file() -> None:
    sharing = {"timeSlicing": {"resources": [{"name": "nvidia.com/gpu", "replicas": 4}]}}
    made = objects("device_plugin", values={"sharing": sharing})
    assert json.loads(one(made, "ConfigMap")["data"]["config.yaml"])["sharing"] == sharing
    assert env(made)["CONFIG_FILE"] == "/config/config.yaml"
