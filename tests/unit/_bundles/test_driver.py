# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A CSI driver has to be on every GPU node; a DaemonSet that looks healthy does not show it."""

from __future__ import annotations

import re
from typing import Any, cast

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._bundles import PRODUCTS
from ansible_collections.inferops.serving.plugins.module_utils._bundles.driver import (
    volumes_of,
    without_driver,
)
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client

NFS = PRODUCTS["nfs_csi"]
TAINT = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
AGENT: dict[str, Any] = {
    "kind": "DaemonSet",
    "metadata": {"name": "under-any-name", "namespace": "kube-system", "uid": "agent"},
    "spec": {
        "selector": {"matchLabels": {"app": "nfs"}},
        "template": {
            "spec": {
                "containers": [{"name": "nfs", "image": "registry.example/nfsplugin:v4.13.4"}],
                "tolerations": [{"operator": "Exists"}],
            }
        },
    },
}


def node(name: str, *, gpu: bool = True, taint: bool = True) -> dict[str, Any]:
    labels = {"nvidia.com/gpu": "present"} if gpu else {}
    return {"metadata": {"name": name, "labels": labels}, "spec": {"taints": [TAINT] if taint else []}}


def pod(on: str, *, ready: bool = True) -> dict[str, Any]:
    condition = {"type": "Ready", "status": str(ready)}
    return {
        "metadata": {"name": f"nfs-{on}", "ownerReferences": [{"uid": "agent"}]},
        "spec": {"nodeName": on},
        "status": {"conditions": [condition], "phase": "Running"},
    }


def kubelet(name: str, *drivers: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "spec": {"drivers": [{"name": one} for one in drivers]}}


class Cluster:
    def __init__(self, *, driver: bool = True, **objects: list[dict[str, Any]]) -> None:
        self.driver, self.objects = driver, objects

    def get(self, _version: str, kind: str, name: str) -> dict[str, Any] | None:
        return {"metadata": {"name": name}} if kind == "CSIDriver" and self.driver else None

    def list(self, _version: str, kind: str, **_how: Any) -> list[dict[str, Any]]:
        return self.objects.get(kind, [])


def said(**cluster: Any) -> str:
    found = without_driver(cast("Client", Cluster(**cluster)), NFS)
    return f"{found.object}: {found.message}" if found else ""


def test_a_ready_pod_on_each_gpu_node_is_enough_where_kubelets_tell_nothing() -> None:
    assert said(Node=[node("a"), node("cpu", gpu=False)], DaemonSet=[AGENT], Pod=[pod("a")]) == ""


def test_a_kubelet_that_knows_the_driver_is_enough_whatever_runs() -> None:
    assert said(Node=[node("a")], CSINode=[kubelet("a", NFS.driver)]) == ""


@pytest.mark.parametrize(
    ("cluster", "words"),
    [
        ({"driver": False}, "nfs_csi: CSIDriver nfs.csi.k8s.io is not there"),
        ({"DaemonSet": [AGENT], "Pod": [pod("a")]}, "Node b: .* has no pod there yet"),
        ({"DaemonSet": [AGENT], "Pod": [pod("a"), pod("b", ready=False)]}, "Node b: .* is not ready"),
        (
            {
                "DaemonSet": [AGENT],
                "Pod": [pod("a"), pod("b")],
                "CSINode": [kubelet("a", NFS.driver), kubelet("b", "ebs.csi.aws.com")],
            },
            "Node b: .* does not know the driver",
        ),
        ({}, "Node a: .* no DaemonSet of it was found"),
    ],
)
def test_the_node_that_cannot_mount_is_named(cluster: dict[str, Any], words: str) -> None:
    assert re.match(words, said(Node=[node("a"), node("b")], **cluster))


def test_a_taint_that_keeps_it_off_is_named() -> None:
    template = AGENT["spec"]["template"]
    strict = {**template, "spec": {**template["spec"], "tolerations": []}}
    agent = {**AGENT, "spec": {**AGENT["spec"], "template": strict}}
    assert "taint nvidia.com/gpu=present:NoSchedule is not tolerated" in said(
        Node=[node("a")], DaemonSet=[agent]
    )


def test_without_gpu_nodes_all_nodes_count() -> None:
    assert said(Node=[node("cpu", gpu=False)], DaemonSet=[AGENT]).startswith("Node cpu")


def test_volumes_that_it_mounts_are_found() -> None:
    volumes = [
        {"metadata": {"name": "mine"}, "spec": {"csi": {"driver": NFS.driver}}},
        {"metadata": {"name": "other"}, "spec": {"csi": {"driver": "ebs.csi.aws.com"}}},
        {"metadata": {"name": "kubelets"}, "spec": {"nfs": {"server": "nfs.example"}}},
    ]
    assert volumes_of(cast("Client", Cluster(PersistentVolume=volumes)), NFS.driver) == ["mine"]
