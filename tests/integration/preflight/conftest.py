# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node of the test's own, so that nobody else's pods count."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._preflight.supply import takes_pods

from tests.integration.conftest import Lab
from tests.support.lab import eventually

Made = Callable[..., "Island"]


@dataclass(frozen=True)
class Island:
    """A node that only pods of this test choose."""

    client: Client
    name: str
    mark: str

    @property
    def selector(self) -> dict[str, str]:
        return {"preflight-test": self.mark}

    @property
    def cluster(self) -> dict[str, Any]:
        """What an inventory says of this node: a label and a taint that no pod of others knows."""
        label = f"preflight-test={self.mark}"
        return {"gpu_nodes": {"label": label, "taint": f"{label}:NoSchedule"}}

    def offer(self, **devices: str) -> None:
        """Makes the node advertise these devices too."""
        change = {"status": {"allocatable": devices, "capacity": devices}}
        path = f"/api/v1/nodes/{self.name}/status"
        self.client.request("PATCH", path, body=change, content_type="application/merge-patch+json")


@pytest.fixture
def client(lab: Lab) -> Client:
    return connect({"kubeconfig": str(lab.kubeconfig)})


@pytest.fixture
def namespace(lab: Lab) -> str:
    return lab.namespace("preflight")


@pytest.fixture
def island(client: Client) -> Iterator[Made]:
    """``island(gpus=4)`` brings up one more node; those of one ``mark`` are chosen together."""
    with ExitStack() as stack:

        def make(*, gpus: int = 8, mark: str = "", **labels: str) -> Island:
            made = Island(client, f"island-{uuid.uuid4().hex[:6]}", mark or uuid.uuid4().hex[:8])
            amounts = {
                "cpu": "96",
                "memory": "1000Gi",
                "ephemeral-storage": "1000Gi",
                "pods": "110",
                "nvidia.com/gpu": str(gpus),
            }
            node = {
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {
                    "name": made.name,
                    "labels": {**made.selector, **labels},
                    "annotations": {"kwok.x-k8s.io/node": "fake"},
                },
                "spec": {"taints": [{"key": "preflight-test", "value": made.mark, "effect": "NoSchedule"}]},
                "status": {"capacity": amounts, "allocatable": amounts},
            }
            client.request("POST", "/api/v1/nodes", body=node)
            stack.callback(client.delete, node)
            eventually(lambda: takes_pods(client.get("v1", "Node", made.name) or {}))
            return made

        yield make
