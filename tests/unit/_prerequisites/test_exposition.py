# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the DCGM exporter exposes tells pods apart, or which setting is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._prerequisites.exposition import (
    gpus_of,
    series,
    trouble,
)

SEED = """\
# HELP DCGM_FI_DEV_GPU_UTIL GPU utilization (in %).
# TYPE DCGM_FI_DEV_GPU_UTIL gauge
DCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="GPU-a",device="nvidia0",modelName="NVIDIA L40S",Hostname="a",\
container="main",namespace="rag",pod="chat-0"} 97
DCGM_FI_DEV_GPU_UTIL{gpu="1",UUID="GPU-b",device="nvidia1",modelName="NVIDIA L40S",Hostname="a"} 0
go_goroutines 9
"""
CURRENT = """\
DCGM_FI_DEV_GPU_UTIL{gpu="0",UUID="GPU-a",pci_bus_id="00000000:31:00.0",device="nvidia0",\
modelName="NVIDIA \\"L4\\"",hostname="a",container="main",namespace="rag",pod="chat-0"} 97
DCGM_FI_PROF_PIPE_TENSOR_ACTIVE{gpu="1",UUID="GPU-b",pci_bus_id="00000000:32:00.0",hostname="a"} 0.5
"""
OLDER_NAMES = SEED.replace("namespace=", "pod_namespace=").replace("pod=", "pod_name=")
NAMELESS = SEED.replace(',container="main",namespace="rag",pod="chat-0"', "")
PLACE = {"name": "pod-resources", "mountPath": "/var/lib/kubelet/pod-resources"}
MODE = {"name": "DCGM_EXPORTER_KUBERNETES", "value": "true"}


def node(count: str = "2") -> dict[str, Any]:
    return {"metadata": {"name": "a", "labels": {"nvidia.com/gpu.count": count}}}


def user(resource: str = "nvidia.com/gpu", *, phase: str = "Running") -> dict[str, Any]:
    container = {"name": "main", "resources": {"limits": {resource: "1"}}}
    return {
        "metadata": {"namespace": "rag", "name": "chat-0"},
        "spec": {"containers": [container]},
        "status": {"phase": phase},
    }


def exporter(*, args: tuple[str, ...] = (), mounts: tuple[Any, ...] = (PLACE,), env: Any = (MODE,)) -> Any:
    container = {"name": "exporter", "args": list(args), "env": list(env), "volumeMounts": list(mounts)}
    return {"spec": {"template": {"spec": {"containers": [container]}}}}


def told(text: str, *, pods: tuple[Any, ...] = (user(),), by: Any = None, count: str = "2") -> str:
    found = trouble(node(count), series(text), pods, by or exporter())
    return f"{found[0]}: {found[1]}" if found else ""


@pytest.mark.req("S1-28")
@pytest.mark.parametrize("text", [SEED, CURRENT, OLDER_NAMES])
def test_series_of_every_gpu_that_name_their_pods_are_right_in_every_form(text: str) -> None:
    assert told(text) == ""
    assert {one.user for one in series(text)} == {("rag", "chat-0"), ("", "")}


def test_gpus_that_nobody_uses_need_no_pod() -> None:
    assert told(NAMELESS, pods=()) == ""
    assert told(NAMELESS, pods=(user(phase="Pending"), user("cpu"))) == ""


@pytest.mark.parametrize(
    ("by", "words"),
    [
        (exporter(env=()), "its kubernetes mode is off; set DCGM_EXPORTER_KUBERNETES=true"),
        (exporter(env=({**MODE, "value": "false"},)), "its kubernetes mode is off"),
        (exporter(mounts=()), "/var/lib/kubelet/pod-resources is not mounted"),
        (exporter(), "younger than its last collection"),
        (exporter(env=(), args=("--kubernetes=true",)), "younger than its last collection"),
    ],
)
def test_the_setting_is_named_by_which_pods_are_not_told_apart(by: Any, words: str) -> None:
    line = told(NAMELESS, by=by)
    assert line.startswith("no series carries the names of pods that use its GPUs: rag/chat-0")
    assert words in line


def test_a_renamed_resource_has_to_be_known_to_it() -> None:
    renamed = (user("otterscale.com/vgpu"),)
    assert gpus_of(renamed[0]) == {"otterscale.com/vgpu"}
    assert "does not know otterscale.com/vgpu; set resource_names" in told(NAMELESS, pods=renamed)
    knows = exporter(args=("--nvidia-resource-names=otterscale.com/vgpu",))
    assert "younger" in told(NAMELESS, pods=renamed, by=knows)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no series of a GPU: DCGM finds none there"),
        ("go_goroutines 9\n", "no series of a GPU"),
        (SEED.replace('gpu="1",UUID="GPU-b"', 'gpu="0",UUID="GPU-a"'), "series of 1 GPUs, and a has 2"),
    ],
)
def test_a_gpu_without_series_is_told(text: str, words: str) -> None:
    assert words in told(text)
