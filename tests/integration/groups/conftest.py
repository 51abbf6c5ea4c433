# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small cluster of its own, whose 32 GPUs nobody else asks for, with the controllers of groups."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._objects import store_objects
from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan, plan
from ansible_collections.inferops.serving.plugins.module_utils._probe import Site, smoke_test, target_of
from ansible_collections.inferops.serving.plugins.module_utils._rollout import Rollout, roll_out, take_away
from ansible_collections.inferops.serving.plugins.module_utils._rollout.verdict import Verdict

from tests.support.lab import Lab, running
from tests.unit._plan.inventory import fleet

Object = dict[str, Any]

PRODUCT, OTHER_PRODUCT = "NVIDIA-A10G", "NVIDIA-L4"
NODES = [
    {
        "name": "gpu",
        "count": 4,
        "cpu": "96",
        "memory": "1024Gi",
        "gpus": 8,
        "gpu_product": PRODUCT,
        "racks": ["rack-a", "rack-b"],
        "taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}],
    },
    {
        "name": "small",
        "gpus": 2,
        "cpu": "64",
        "memory": "512Gi",
        "gpu_product": OTHER_PRODUCT,
        "taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}],
    },
    {"name": "cpu"},
]
CLUSTER = {
    "gpu_nodes": {"label": "nvidia.com/gpu.present=true"},
    "components": {"lws": {"version": "v0.9.0"}},
}
HUB_MODEL = {"name": "llama", "source": "org/llama"}


@pytest.fixture(scope="session")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """CROWD_KUBECONFIG in the environment names one that runs already."""
    given = os.environ.get("CROWD_KUBECONFIG")
    if given:
        yield Lab(Path(given))
        return
    with running(
        tmp_path_factory.mktemp("crowd"), controllers={"lws": True, "kueue": True}, nodes=NODES
    ) as made:
        yield made


class Fleet:
    """Services in one namespace, and what became of them."""

    def __init__(self, client: Client, namespace: str) -> None:
        self.client = client
        self.namespace = namespace
        self.model: Object = HUB_MODEL
        self.stores: list[Object] = []
        self.plans: Sequence[ServicePlan] = ()

    def planned(self, *services: Object) -> Sequence[ServicePlan]:
        entries = [
            {"name": "chat", "namespace": self.namespace, "model": "llama", "engine": "vllm", **one}
            for one in services
        ]
        return plan(fleet(entries, models=[self.model], stores=self.stores, cluster=CLUSTER))

    def roll_out(self, *services: Object, wait_timeout: float = 60) -> dict[str, Verdict]:
        self.plans = self.planned(*services)
        made = roll_out(self.client, self.plans, Rollout(wait_timeout=wait_timeout))
        return {one.name: one for one in made.verdicts}

    def pods(self, **labels: str) -> list[Object]:
        selector = ",".join(f"{key}={value}" for key, value in labels.items())
        return self.client.list("v1", "Pod", namespace=self.namespace, label_selector=selector)

    def answer(self) -> list[str]:
        """What the services say to a request, or what is wrong with them."""
        targets = [target_of(plan) for plan in self.plans]
        site = Site(client=self.client)
        found = smoke_test(targets, site=site, reach="port-forward", deadline=time.monotonic() + 60)
        return ["answered" if one.ok else str(one.diagnosis) for one in found]

    def product_of(self, node: str) -> str:
        live = self.client.get("v1", "Node", node)
        assert live is not None
        return str(live["metadata"]["labels"]["nvidia.com/gpu.product"])

    def leave(self) -> None:
        take_away(self.client, self.plans, Rollout(wait_timeout=60))


@pytest.fixture
def services(crowd: Lab) -> Iterator[Fleet]:
    made = Fleet(connect({"kubeconfig": str(crowd.kubeconfig)}), crowd.namespace("groups"))
    yield made
    made.leave()


@pytest.fixture
def on_a_claim(services: Fleet) -> Iterator[Fleet]:
    """The model comes from a volume that all pods share."""
    name = f"models-{services.namespace}"
    server = {"nfs": {"server": "nfs.example", "path": "/models"}}
    services.stores = [{"name": name, "kind": "nfs", "size": "500Gi", "pv": server}]
    services.model = {
        "name": "llama",
        "source": "meta-llama/Meta-Llama-3-8B",
        "store": name,
        "converted_sizes": {"1x8": "40Gi", "1x2": "32Gi"},
    }
    everything = fleet(
        [{"name": "chat", "namespace": services.namespace, "model": "llama", "engine": "vllm"}],
        models=[services.model],
        stores=services.stores,
    )
    made = [each for store in everything.stores.values() for each in store_objects(everything, store)]
    for obj in made:
        services.client.apply(obj)
    yield services
    services.leave()
    for obj in reversed(made):
        services.client.delete(obj)


@pytest.fixture
def queue(services: Fleet) -> Iterator[str]:
    """A LocalQueue before all GPUs of the cluster."""
    name = services.namespace
    covered = {"cpu": "400", "memory": "4Ti", "ephemeral-storage": "4Ti", "nvidia.com/gpu": "32"}
    quotas = [{"name": resource, "nominalQuota": amount} for resource, amount in covered.items()]
    flavors = [{"name": name, "resources": quotas}]
    group = {"coveredResources": list(covered), "flavors": flavors}
    made = [
        kueue("ResourceFlavor", name, {}),
        kueue("ClusterQueue", name, {"namespaceSelector": {}, "resourceGroups": [group]}),
        kueue("LocalQueue", "gpus", {"clusterQueue": name}, namespace=services.namespace),
    ]
    for obj in made:
        services.client.apply(obj)
    yield "gpus"
    services.leave()
    for obj in reversed(made):
        services.client.delete(obj)


def kueue(kind: str, name: str, spec: Object, *, namespace: str | None = None) -> Object:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": "kueue.x-k8s.io/v1beta2", "kind": kind, "metadata": metadata, "spec": spec}
