# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect

Object = dict[str, Any]


@pytest.fixture(scope="session")
def client(lab: Any) -> Client:
    return connect({"kubeconfig": str(lab.kubeconfig)})


@pytest.fixture(scope="module")
def namespace(lab: Any) -> str:
    name: str = lab.namespace("probe")
    return name


@pytest.fixture(scope="module")
def simulator(client: Client, namespace: str) -> str:
    """A Deployment of the simulator behind a NodePort, Ready and answering. Its name."""
    arguments = ["--model", "chat", "--served-model-name", "chat", "--port", "8000"]
    arguments += ["--lora-modules", '{"name": "sql", "path": "/adapters/sql"}']
    container = {"command": ["/app/llm-d-inference-sim"], "args": arguments, "image": "llm-d-inference-sim"}
    client.apply(deployment("chat", namespace, container))
    client.apply(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "chat", "namespace": namespace},
            "spec": {
                "type": "NodePort",
                "selector": {"app": "chat"},
                "ports": [{"name": "http", "port": 80, "targetPort": "http", "protocol": "TCP"}],
            },
        }
    )
    eventually(lambda: ready(client, namespace, "chat"))
    return "chat"


def deployment(name: str, namespace: str, container: Object, **pod: Any) -> Object:
    """A Deployment of one container with the port 8000."""
    main = {
        "name": "engine",
        "ports": [{"name": "http", "containerPort": 8000, "protocol": "TCP"}],
        **container,
    }
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [main], **pod}},
        },
    }


def ready(client: Client, namespace: str, name: str) -> bool:
    found = client.get("apps/v1", "Deployment", name, namespace) or {}
    return (found.get("status") or {}).get("readyReplicas") == 1


def eventually(true: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.2)
