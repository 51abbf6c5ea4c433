# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendered objects on a real API server, in a namespace that admits only restricted pods."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any, Protocol, TypeVar

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._objects import (
    secret_objects,
    service_objects,
    store_objects,
)

from tests.unit._plan.inventory import CLAIM, SFS, fleet, planned

Object = dict[str, Any]
Found = TypeVar("Found")

GPU_NODES = {"gpu_nodes": {"label": "nvidia.com/gpu.present=true"}}
"""How the nodes of the lab are marked."""


class Lab(Protocol):
    kubeconfig: Any

    def namespace(self, prefix: str) -> str: ...


@pytest.fixture
def client(lab: Lab) -> Client:
    return connect({"kubeconfig": str(lab.kubeconfig)})


def guarded(name: str, level: str) -> Object:
    """A namespace that admits pods of this Pod Security level."""
    levels = {f"pod-security.kubernetes.io/{mode}": level for mode in ("enforce", "warn")}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": levels}}


@pytest.fixture
def namespace(lab: Lab, client: Client) -> Iterator[str]:
    name = lab.namespace("render")
    client.apply(guarded(name, "restricted"))
    stores = [{**CLAIM, "kind": "nfs", "pv": SFS["pv"]}, SFS]
    user = {"name": "chat", "namespace": name, "model": "llama", "engine": "vllm", "cache": {"store": "sfs"}}
    everything = fleet([user], stores=stores)
    volumes = [each for store in everything.stores.values() for each in store_objects(everything, store)]
    for each in volumes:
        client.apply(each)
    yield name
    for each in volumes:
        client.delete(each)
    client.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


class World:
    """One namespace: services are rendered into it, and what becomes of them is looked at."""

    def __init__(self, client: Client, namespace: str) -> None:
        self.client = client
        self.namespace = namespace

    def admit_baseline(self) -> None:
        """For pods into which KServe puts a storage initializer, which is not restricted."""
        self.client.apply(guarded(self.namespace, "baseline"))

    def render(self, **given: Any) -> list[Object]:
        cluster = {**GPU_NODES, **given.pop("cluster", {})}
        return service_objects(planned(namespace=self.namespace, cluster=cluster, **given))

    def secrets(self) -> list[Object]:
        """All Secrets of the test's inventory, in this namespace."""
        services = [
            {
                "name": store,
                "namespace": self.namespace,
                "model": store,
                "engine": "vllm",
                "pull_secrets": ["ngc"],
            }
            for store in ("bucket", "hub")
        ]
        models = [{"name": store, "source": "m", "store": store} for store in ("bucket", "hub")]
        everything = fleet(services, models=models)
        return [each for entry in everything.secrets.values() for each in secret_objects(everything, entry)]

    def apply(self, objects: list[Object]) -> list[Object]:
        return [self.client.apply(each) for each in objects]

    def serve(self, **given: Any) -> dict[str, Object]:
        return {each["kind"]: each for each in self.apply(self.render(**given))}

    def get(self, api_version: str, kind: str, name: str) -> Object:
        found = self.client.get(api_version, kind, name, self.namespace)
        assert found is not None, f"no {kind} {name}"
        return found

    def pods(self, selector: str = "inferops.serving/service=chat") -> list[Object]:
        pods = self.client.list("v1", "Pod", namespace=self.namespace, label_selector=selector)
        return [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]

    def running(self, count: int, selector: str = "inferops.serving/service=chat") -> list[Object]:
        """The pods of the service once this many of them run."""

        def look() -> list[Object] | None:
            pods = [pod for pod in self.pods(selector) if pod["status"].get("phase") == "Running"]
            return pods if len(pods) == count else None

        return until(look, f"{count} running pods")


def until(look: Callable[[], Found | None], what: str, seconds: float = 30) -> Found:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.2)
    raise AssertionError(f"{what} did not come within {seconds} s")


@pytest.fixture
def world(client: Client, namespace: str) -> World:
    return World(client, namespace)


MakeNode = Callable[[int], str]


@pytest.fixture
def gpu_node(client: Client) -> Iterator[MakeNode]:
    """Makes a tainted node with so many GPUs of a product of its own, and returns the product."""
    made: list[str] = []

    def make(gpus: int) -> str:
        product = f"LAB-{uuid.uuid4().hex[:6]}"
        name = product.lower()
        amounts = {
            "cpu": "96",
            "memory": "1000Gi",
            "ephemeral-storage": "1000Gi",
            "pods": "110",
            "nvidia.com/gpu": str(gpus),
        }
        labels = {
            "kubernetes.io/hostname": name,
            "nvidia.com/gpu.present": "true",
            "nvidia.com/gpu.product": product,
        }
        client.request(
            "POST",
            "/api/v1/nodes",
            body={
                "apiVersion": "v1",
                "kind": "Node",
                "metadata": {"name": name, "labels": labels, "annotations": {"kwok.x-k8s.io/node": "fake"}},
                "spec": {"taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}]},
                "status": {"capacity": amounts, "allocatable": amounts},
            },
        )
        made.append(name)
        return product

    yield make
    for name in made:
        client.delete({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}})
