# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""aiDAPTIVCache's server in a namespace that admits only restricted pods, and nodes with cache devices."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client

from tests.integration.render.conftest import World, client, namespace, until, world

__all__ = ["client", "make_node", "namespace", "vendor", "world"]

MakeNode = Callable[..., str]

ENTRY: dict[str, Any] = {
    "engine": "aidaptiv",
    "image": "registry.example/aidaptiv:vNXUN_3_03_AA",
    "kv_offload": {"ssd_gb": 500},
}


class Vendor:
    """Services of this engine, on nodes of a product of the test's own."""

    def __init__(self, world: World) -> None:
        self.world = world

    def entry(self, product: str | None = None, **given: Any) -> dict[str, Any]:
        gpu = {"product": product} if product else {"mode": "none"}
        return {**ENTRY, **given, "gpu": {**gpu, **given.get("gpu", {})}}

    def serve(self, product: str | None = None, **given: Any) -> dict[str, Any]:
        return self.world.serve(**self.entry(product, **given))


@pytest.fixture
def vendor(world: World) -> Vendor:
    return Vendor(world)


@pytest.fixture
def make_node(client: Client) -> Iterator[MakeNode]:
    """Makes a tainted GPU node with so many of each resource, and returns the product of its GPUs."""
    made: list[str] = []

    def make(product: str | None = None, **resources: int) -> str:
        product = product or f"LAB-{uuid.uuid4().hex[:6]}"
        name = f"{product.lower()}-{len(made)}"
        devices = {RESOURCES[short]: str(amount) for short, amount in resources.items()}
        room = {"cpu": "96", "memory": "1000Gi", "ephemeral-storage": "1000Gi", "pods": "110"}
        labels = {
            "kubernetes.io/hostname": name,
            "nvidia.com/gpu.present": "true",
            "nvidia.com/gpu.product": product,
        }
        node = {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {"name": name, "labels": labels, "annotations": {"kwok.x-k8s.io/node": "fake"}},
            "spec": {"taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}]},
            "status": {"capacity": {**room, **devices}, "allocatable": {**room, **devices}},
        }
        client.request("POST", "/api/v1/nodes", body=node)
        made.append(name)
        until(lambda: _settled(client, name), f"node {name}")
        return product

    yield make
    for name in made:
        client.delete({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}})


def _settled(client: Client, name: str) -> bool | None:
    """Whether the node is ready and carries no taint of its beginning any more."""
    node = client.get("v1", "Node", name) or {}
    taints = [each["key"] for each in node.get("spec", {}).get("taints", [])]
    return taints == ["nvidia.com/gpu"] or None


RESOURCES = {"gpu": "nvidia.com/gpu", "vgpu": "otterscale.com/vgpu", "ai100": "phison.com/ai100"}
