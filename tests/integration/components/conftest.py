# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster whose GPU nodes are bare: nothing advertises or labels their GPUs yet.

Simulated nodes run nothing; the lab stands in for what agents cause on real ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._bundles import (
    PRODUCTS,
    Source,
    Transformation,
    Wish,
)
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, NotServed, connect
from ansible_collections.inferops.serving.plugins.module_utils._prerequisites import Request, request_of
from ansible_collections.inferops.serving.plugins.modules.component import ARGUMENT_SPEC

from tests.support.lab import Lab, eventually, running
from tests.support.playbook import ROOT

TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
NODES = [
    {
        "name": "bare",
        "count": 2,
        "gpus": 8,
        "gpu_product": "NVIDIA-L40S",
        "gpu_memory": 46068,
        "bare": True,
        "labels": {"nvidia.com/gpu": "present"},
        "taints": [TAINT],
    },
    {"name": "cpu"},
]
SCENARIOS = ROOT / "extensions" / "molecule"
WATCHED = (
    ("v1", "Namespace"),
    ("v1", "ConfigMap"),
    ("v1", "Service"),
    ("v1", "ServiceAccount"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "Deployment"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
)
APPEAR = (("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default"))
"""The controller manager's, in every namespace some time after the start."""


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running(tmp_path_factory.mktemp("bare"), nodes=NODES) as lab:
        yield lab


@pytest.fixture(scope="module")
def client(bare: Lab) -> Client:
    return connect({"kubeconfig": str(bare.kubeconfig)})


@pytest.fixture(scope="module")
def asking(client: Client) -> Callable[..., Request]:
    """``asking("nfd", …)``: a request with the module's options."""

    def ask(component: str, **options: Any) -> Request:
        given = {name: spec.get("default") for name, spec in ARGUMENT_SPEC.items()}
        return request_of({**given, "component": component, **options}, client)

    return ask


@pytest.fixture
def put(client: Client) -> Iterator[Callable[[dict[str, Any]], dict[str, Any]]]:
    """Puts an object of somebody else into the cluster for one test."""
    made: list[dict[str, Any]] = []

    def create(obj: dict[str, Any]) -> dict[str, Any]:
        made.append(client.apply(obj, manager="somebody"))
        return made[-1]

    yield create
    for obj in reversed(made):
        client.delete(obj)
    for obj in made:  # definitions go some time after they were told to
        name, namespace = obj["metadata"]["name"], obj["metadata"].get("namespace")
        eventually(partial(_is_gone, client, obj["apiVersion"], obj["kind"], name, namespace))


def _is_gone(client: Client, api_version: str, kind: str, name: str, namespace: str | None) -> bool:
    try:
        return client.get(api_version, kind, name, namespace) is None
    except NotServed:  # its definition went first
        return True


def written(client: Client) -> dict[tuple[str, str, str], str]:
    """What a person could have written, with versions that change with every write of its content."""
    return {
        (kind, obj["metadata"].get("namespace", ""), obj["metadata"]["name"]): str(
            obj["metadata"].get("generation") or obj["metadata"]["resourceVersion"]
        )
        for api_version, kind in WATCHED
        for obj in client.list(api_version, kind, metadata_only=True)
        if (kind, obj["metadata"]["name"]) not in APPEAR
    }


def marks(client: Client) -> dict[str, Any]:
    """Labels, annotations and taints of all nodes."""
    return {
        node["metadata"]["name"]: (
            node["metadata"]["labels"],
            node["metadata"].get("annotations"),
            node["spec"].get("taints"),
        )
        for node in client.list("v1", "Node")
    }


def daemon_set(
    name: str, *, namespace: str = "kube-system", image: str = "other:1", **pod: Any
) -> dict[str, Any]:
    own = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": own},
            "template": {
                "metadata": {"labels": own},
                "spec": {"containers": [{"name": "main", "image": image}], **pod},
            },
        },
    }


def nothing(_address: str) -> bytes:
    raise AssertionError("nothing is downloaded here")


def wish(name: str, place: Path, *, how: Transformation | None = None, **rest: object) -> Wish:
    product = PRODUCTS[name]
    return Wish(
        product=product,
        source=Source(place=str(place)),
        how=how or Transformation(),
        namespace=product.namespace,
        **rest,
    )
