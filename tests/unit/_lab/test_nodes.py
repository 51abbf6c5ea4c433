# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From groups of the inventory to single nodes."""

from __future__ import annotations

from ansible_collections.inferops.serving.plugins.module_utils._lab.config import NodeGroup
from ansible_collections.inferops.serving.plugins.module_utils._lab.nodes import document, expand


def test_groups_of_one_name_share_the_numbering() -> None:
    groups = (NodeGroup(name="gpu", count=2), NodeGroup(name="gpu"), NodeGroup(name="cpu"))
    assert [node.name for node in expand(groups)] == ["gpu-0", "gpu-1", "gpu-2", "cpu-0"]


def test_zones_and_racks_take_turns() -> None:
    nodes = list(expand([NodeGroup(name="n", count=3, zones=("a", "b"), racks=("r",))]))
    assert [node.labels["topology.kubernetes.io/zone"] for node in nodes] == ["a", "b", "a"]
    assert {node.labels["topology.kubernetes.io/rack"] for node in nodes} == {"r"}


def test_gpus_are_resources_and_labels() -> None:
    (node,) = expand([NodeGroup(name="n", gpus=8, gpu_product="NVIDIA-L40S", gpu_memory=46068)])
    assert node.resources["nvidia.com/gpu"] == "8"
    assert node.labels["nvidia.com/gpu.count"] == "8"
    assert node.labels["nvidia.com/gpu.product"] == "NVIDIA-L40S"
    assert node.labels["nvidia.com/gpu.memory"] == "46068"


def test_a_node_may_offer_more_than_gpus() -> None:
    (node,) = expand([NodeGroup(name="n", gpus=4, resources={"example.com/device": "2"})])
    assert node.resources["example.com/device"] == "2"
    assert node.resources["nvidia.com/gpu"] == "4"


def test_a_node_without_gpus_says_nothing_of_them() -> None:
    (node,) = expand([NodeGroup(name="n")])
    assert not [key for key in (*node.labels, *node.resources) if key.startswith("nvidia.com")]


def test_labels_of_the_group_win() -> None:
    (node,) = expand([NodeGroup(name="n", labels={"kubernetes.io/arch": "arm64"})])
    assert node.labels["kubernetes.io/arch"] == "arm64"


def test_every_node_has_addresses_of_its_own() -> None:
    nodes = list(expand([NodeGroup(name="n", count=200)]))
    made = [document(node, number, kwok_port=1, version="v1") for number, node in enumerate(nodes, 1)]
    assert len({each["spec"]["podCIDR"] for each in made}) == 200
    assert len({each["status"]["addresses"][0]["address"] for each in made}) == 200
