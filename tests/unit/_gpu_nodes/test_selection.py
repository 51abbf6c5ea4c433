# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._gpu_nodes.selection import (
    Selection,
    UnknownNodes,
)


def node(
    name: str, *, gpus: str | None = None, resource: str = "nvidia.com/gpu", **labels: str
) -> dict[str, Any]:
    allocatable = {"cpu": "8"} | ({resource: gpus} if gpus is not None else {})
    return {"metadata": {"name": name, "labels": labels}, "status": {"allocatable": allocatable}}


PCI = {"feature.node.kubernetes.io/pci-10de.present": "true"}
NODES = [
    node("cpu-0"),
    node("gpu-0", gpus="8"),
    node("gpu-1", gpus="0"),
    node("new-0", **PCI),
    node("pool-0", pool="a100"),
]


def names(selection: Selection) -> list[str]:
    return [found["metadata"]["name"] for found in selection.pick(NODES)]


@pytest.mark.req("S1-04")
def test_nodes_are_recognised_by_allocatable_gpus_or_by_the_pci_vendor() -> None:
    assert names(Selection()) == ["gpu-0", "new-0"]


def test_a_node_whose_gpus_are_all_sliced_is_a_gpu_node() -> None:
    assert Selection().includes(node("mig-0", gpus="7", resource="nvidia.com/mig-1g.10gb"))


@pytest.mark.req("S1-04")
def test_a_selector_replaces_the_detection() -> None:
    assert names(Selection(selector={"pool": "a100"})) == ["pool-0"]


@pytest.mark.req("S1-04")
def test_names_replace_both() -> None:
    assert names(Selection(names=["cpu-0", "gpu-1"], selector={"pool": "a100"})) == ["cpu-0", "gpu-1"]


def test_a_misspelt_name_is_an_error_with_the_nearest_one() -> None:
    with pytest.raises(UnknownNodes, match=r"node gpu_0 does not exist \(did you mean gpu-0\?\)"):
        Selection(names=["gpu_0"]).pick(NODES)
