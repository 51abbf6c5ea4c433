# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Node Feature Discovery's own programs, as the pods that we render would run them: with the configuration,
the environment and the rights of those pods. What a worker sees of its host are files of the test."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.pins import pinned
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client
from ansible_collections.inferops.serving.plugins.module_utils._lab.snapshot import free_port
from ansible_collections.inferops.serving.plugins.module_utils._prerequisites import (
    Request,
    provide,
    withdraw,
)

from tests.support.lab import Lab, eventually, running
from tests.support.programs import NFD, NFD_SOURCES, program

from .conftest import TAINT, marks, written

pytestmark = [pytest.mark.proof("A", "C")]
Ask = Callable[..., Request]
NAMESPACE = "node-feature-discovery"
FEATURES = "feature.node.kubernetes.io/"
API = "nfd.k8s-sigs.io/v1alpha1"
RULE = {
    "apiVersion": API,
    "kind": "NodeFeatureRule",
    "metadata": {"name": "l40s"},
    "spec": {
        "rules": [
            {
                "name": "l40s",
                "labels": {"example.com/l40s": "true"},
                "matchFeatures": [
                    {"feature": "pci.device", "matchExpressions": {"device": {"op": "In", "value": ["26b9"]}}}
                ],
            }
        ]
    },
}
"""What a user of the discovery may write: it asks for what the worker found."""
GPU = {
    "class": "0x030200",
    "vendor": "0x10de",
    "device": "0x26b9",
    "subsystem_vendor": "0x10de",
    "subsystem_device": "0x1851",
}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Nobody marked the node with GPUs but by a taint."""
    nodes = [{"name": "gpu", "taints": [TAINT]}, {"name": "cpu"}]
    with running(tmp_path_factory.mktemp("nfd"), nodes=nodes) as lab:
        yield lab


def pods(client: Client, role: str) -> dict[str, dict[str, Any]]:
    """Those of one workload, by their nodes."""
    found = client.list("v1", "Pod", namespace=NAMESPACE, label_selector=f"role={role}")
    return {pod["spec"]["nodeName"]: pod for pod in found if pod["spec"].get("nodeName")}


def host(root: Path, devices: dict[str, dict[str, str]]) -> None:
    """What a worker reads: its programs look for /sys in host-sys, below where they run."""
    for address, attributes in devices.items():
        place = root / "host-sys" / "bus" / "pci" / "devices" / address
        place.mkdir(parents=True)
        for name, value in attributes.items():
            (place / name).write_text(f"{value}\n")
    (root / "host-etc").mkdir()
    (root / "host-etc" / "os-release").write_text('ID=debian\nVERSION_ID="12"\n')


@contextmanager
def container(client: Client, lab: Lab, pod: dict[str, Any], root: Path) -> Iterator[Path]:
    """Runs the only container of a pod as a process, with what the kubelet would give it; yields its log."""
    [one] = pod["spec"]["containers"]
    field = {
        "spec.nodeName": pod["spec"]["nodeName"],
        "metadata.namespace": pod["metadata"]["namespace"],
        "metadata.name": pod["metadata"]["name"],
        "metadata.uid": pod["metadata"]["uid"],
    }
    environment = {each["name"]: field[each["valueFrom"]["fieldRef"]["fieldPath"]] for each in one["env"]}
    root.mkdir(exist_ok=True)
    arguments = [*one.get("args", ()), f"-port={free_port()}", f"-kubeconfig={root / 'kubeconfig'}"]
    for volume in pod["spec"].get("volumes", ()):
        if "configMap" in volume:
            content = client.get("v1", "ConfigMap", volume["configMap"]["name"], NAMESPACE)
            assert content
            [(name, text)] = content["data"].items()
            (root / name).write_text(text)
            arguments.append(f"-config={root / name}")
    (root / "kubeconfig").write_text(yaml.safe_dump(login(client, lab, pod["spec"]["serviceAccountName"])))
    made = program(NFD[one["command"][0]], NFD_SOURCES)
    with (root / "log").open("wb") as log:
        process = subprocess.Popen([made, *arguments], cwd=root, env=environment, stdout=log, stderr=log)
        try:
            yield root / "log"
            assert process.poll() is None, (root / "log").read_text()
        finally:
            process.terminate()
            process.wait()


def login(client: Client, lab: Lab, account: str) -> dict[str, Any]:
    """A kubeconfig with the rights of one account, and no others."""
    token = client.request(
        "POST",
        f"/api/v1/namespaces/{NAMESPACE}/serviceaccounts/{account}/token",
        body={"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {}},
    )["status"]["token"]
    authority = str(lab.kubeconfig.parent / "pki" / "ca.crt")
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "lab", "cluster": {"server": client.host, "certificate-authority": authority}}],
        "users": [{"name": account, "user": {"token": token}}],
        "contexts": [{"name": "lab", "context": {"cluster": "lab", "user": account}}],
        "current-context": "lab",
    }


def labels(client: Client, node: str) -> dict[str, str]:
    found = client.get("v1", "Node", node)
    assert found
    return dict(found["metadata"]["labels"])


@pytest.mark.req("S1-15", "S1-16")
def test_the_programs_label_a_node_by_its_vendor_alone_and_nothing_of_it_stays(
    client: Client, asking: Ask, bare: Lab, tmp_path: Path
) -> None:
    version = pinned("nfd", "current")
    assert f"sigs.k8s.io/node-feature-discovery v{version} " in (NFD_SOURCES / "nfd" / "go.mod").read_text()
    before, nodes = written(client), marks(client)
    provide(client, asking("nfd"), wait=False)
    eventually(lambda: set(pods(client, "worker")) == {"gpu-0", "cpu-0"} and len(pods(client, "master")) == 1)
    for name, devices in (("gpu-0", {"0000:3b:00.0": GPU}), ("cpu-0", {})):
        (tmp_path / name).mkdir()
        host(tmp_path / name, devices)

    left_over = publish(client, "long-gone", {})
    with ExitStack() as stack:
        logs = []
        for role in ("master", "gc", "worker"):
            for node, pod in pods(client, role).items():
                root = tmp_path / (node if role == "worker" else role)
                logs.append(stack.enter_context(container(client, bare, pod, root)))
        eventually(lambda: FEATURES + "pci-10de.present" in labels(client, "gpu-0"))
        found = client.get(API, "NodeFeature", "gpu-0", NAMESPACE)
        assert found
        assert {one["kind"] for one in found["metadata"]["ownerReferences"]} == {"Pod", "DaemonSet"}
        eventually(lambda: FEATURES + "system-os_release.ID" in labels(client, "cpu-0"))
        assert not [each for each in labels(client, "cpu-0") if "pci-" in each]
        assert [each for each in labels(client, "gpu-0") if "pci-" in each] == [f"{FEATURES}pci-10de.present"]
        assert not provide(client, asking("nfd"), wait_timeout=60).diagnosis
        eventually(lambda: client.get(API, "NodeFeature", left_over["metadata"]["name"], NAMESPACE) is None)

        provide(client, asking("gfd"), wait=False)
        eventually(lambda: reached(client, "gpu-feature-discovery") == {"gpu-0"})
        given = {"nvidia.com/gpu.product": "NVIDIA-L40S", "kubernetes.io/role": "none"}
        others = [publish(client, "gpu-0", given), client.apply(RULE, manager="somebody")]
        eventually(lambda: {"nvidia.com/gpu.product", "example.com/l40s"} <= set(labels(client, "gpu-0")))
        assert "kubernetes.io/role" not in labels(client, "gpu-0")
        for other in others:
            client.delete(other)
        for log in logs:
            assert "forbidden" not in log.read_text()

    gone = {"delete_definitions": True, "delete_namespace": True, "wait_timeout": 60}
    for name in ("gfd", "nfd"):
        for outcome in withdraw(client, asking(name), **gone):
            assert not outcome.diagnosis
    assert written(client) == before
    assert marks(client) == nodes


def reached(client: Client, name: str) -> set[str]:
    """The nodes with pods of a DaemonSet."""
    return {
        pod["spec"].get("nodeName", "")
        for pod in client.list("v1", "Pod")
        if [owner["name"] for owner in pod["metadata"].get("ownerReferences", ())] == [name]
    }


def publish(client: Client, node: str, found: dict[str, str]) -> dict[str, Any]:
    """As a program beside the worker does, such as GPU Feature Discovery."""
    return client.apply(
        {
            "apiVersion": API,
            "kind": "NodeFeature",
            "metadata": {
                "name": f"other-{node}",
                "namespace": NAMESPACE,
                "labels": {"nfd.node.kubernetes.io/node-name": node},
            },
            "spec": {"labels": found},
        },
        manager="somebody",
    )
