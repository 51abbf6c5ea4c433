# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import os
import subprocess
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._lab.build import binaries

from tests.support.lab import config

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
    access = yaml.safe_load(Path(lab.kubeconfig).read_text())
    cluster, user = access["clusters"][0]["cluster"], access["users"][0]["user"]
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


class Kubectl:
    """The real kubectl, which is part of the lab's own program."""

    def __init__(self, program: Path, kubeconfig: Path) -> None:
        self._program = program
        self._kubeconfig = kubeconfig

    def __call__(self, *arguments: str, objects: Sequence[Any] = (), check: bool = True) -> str:
        """Runs it with the objects on its standard input; returns what it said."""
        done = subprocess.run(
            [str(self._program), "kubectl", f"--kubeconfig={self._kubeconfig}", *arguments],
            input=yaml.safe_dump_all(objects),
            env={**os.environ, "KUBECTL_APPLYSET": "true"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0 or not check, done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="session")
def kubectl(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Kubectl:
    wanted = config(tmp_path_factory.mktemp("kubectl"))
    return Kubectl(binaries(wanted, print)["klab"], Path(lab.kubeconfig))
