# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every agent."""

from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._agents import AGENTS

from .settings import TOLERATIONS, objects, pod

PRESETS = ("seed", "current")


@pytest.mark.req("XC-22")
@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("name", AGENTS)
def test_every_container_has_requests_and_limits(name: str, preset: str) -> None:
    for obj in objects(name, preset=preset):
        if obj["kind"] in ("DaemonSet", "Deployment"):
            for container in obj["spec"]["template"]["spec"]["containers"]:
                for part in ("requests", "limits"):
                    assert set(container["resources"][part]) == {"cpu", "memory", "ephemeral-storage"}


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("name", AGENTS)
def test_the_gpu_taint_is_tolerated(name: str, preset: str) -> None:
    assert pod(objects(name, preset=preset))["tolerations"] == TOLERATIONS


@pytest.mark.parametrize("name", AGENTS)
def test_other_places_and_runtimes_reach_the_pods(name: str) -> None:
    spec = pod(
        objects(
            name, runtime_class="nvidia", pull_secrets=["login"], node_selector={"pool": "a"}, tolerations=[]
        )
    )
    assert spec["runtimeClassName"] == "nvidia"
    assert spec["imagePullSecrets"] == [{"name": "login"}]
    assert spec["nodeSelector"] == {"pool": "a"}
    assert "tolerations" not in spec


@pytest.mark.parametrize("name", AGENTS)
def test_everything_says_who_keeps_it(name: str) -> None:
    for obj in objects(name):
        assert obj["metadata"]["labels"]["app.kubernetes.io/managed-by"] == "inferops.serving"


@pytest.mark.req("XC-21")
@pytest.mark.parametrize(
    ("name", "preset", "image"),
    [
        ("nfd", "seed", "registry.k8s.io/nfd/node-feature-discovery:v0.15.4"),
        ("nfd", "current", "registry.k8s.io/nfd/node-feature-discovery:v0.19.0"),
        ("device_plugin", "seed", "nvcr.io/nvidia/k8s-device-plugin:v0.15.0"),
        ("device_plugin", "current", "nvcr.io/nvidia/k8s-device-plugin:v0.20.0"),
        ("gfd", "seed", "nvcr.io/nvidia/gpu-feature-discovery:v0.8.2"),
        ("gfd", "current", "nvcr.io/nvidia/k8s-device-plugin:v0.20.0"),
        ("dcgm", "seed", "nvcr.io/nvidia/k8s/dcgm-exporter:3.3.5-3.4.1-ubuntu22.04"),
        ("dcgm", "current", "nvcr.io/nvidia/k8s/dcgm-exporter:4.5.3-4.8.2-distroless"),
    ],
)
def test_a_preset_names_the_image(name: str, preset: str, image: str) -> None:
    assert pod(objects(name, preset=preset))["containers"][0]["image"] == image
