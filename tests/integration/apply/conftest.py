# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect

from .fault_proxy import Proxy, fault_proxy


@pytest.fixture(scope="session")
def client(lab: Any) -> Client:
    return connect({"kubeconfig": str(lab.kubeconfig)})


@pytest.fixture
def namespace(lab: Any, client: Client) -> Iterator[str]:
    name = lab.namespace("apply")
    yield name
    client.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


@pytest.fixture
def fresh(client: Client) -> Iterator[str]:
    """A name that nobody uses, also for objects of the whole cluster; a namespace of that name is cleared
    away."""
    name = f"apply-{uuid.uuid4().hex[:8]}"
    yield name
    client.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


@pytest.fixture(scope="session")
def credentials(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The parts of the lab's kubeconfig as files, and its server."""
    config = yaml.safe_load(Path(lab.kubeconfig).read_text())
    cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
    folder = tmp_path_factory.mktemp("credentials")
    parts = {
        "ca": cluster["certificate-authority-data"],
        "cert": user["client-certificate-data"],
        "key": user["client-key-data"],
    }
    for name, text in parts.items():
        (folder / name).write_bytes(base64.b64decode(text))
        (folder / name).chmod(0o600)
    return {"server": cluster["server"], **{name: str(folder / name) for name in parts}}


@pytest.fixture
def proxy(credentials: dict[str, str]) -> Iterator[Proxy]:
    with fault_proxy(
        credentials["server"], ca=credentials["ca"], cert=credentials["cert"], key=credentials["key"]
    ) as running:
        yield running


@pytest.fixture
def proxied(proxy: Proxy) -> Client:
    """A client whose requests all pass through the proxy."""
    return connect({"host": proxy.url, "api_key": "the-proxy-has-its-own"})
