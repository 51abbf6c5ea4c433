# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What bare nodes show of HAMi."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._lab.api import Api
from ansible_collections.inferops.serving.plugins.module_utils._lab.keeper.hami import (
    HANDSHAKE,
    REGISTER,
    SharedGpus,
    split_of,
)
from ansible_collections.inferops.serving.plugins.module_utils._lab.keeper.watching import Store
from ansible_collections.inferops.serving.plugins.module_utils._lab.nodes import WANTED_ANNOTATION

Object = dict[str, Any]
HIDDEN = {
    "labels": {
        "nvidia.com/gpu.count": "2",
        "nvidia.com/gpu.product": "NVIDIA-L40S",
        "nvidia.com/gpu.memory": "46068",
    },
    "resources": {"nvidia.com/gpu": "2"},
}


class Cluster:
    """Nodes and pods, to which patches are merged as far as these need it."""

    def __init__(self, *pods: Object, hidden: Object | None = HIDDEN) -> None:
        wanted = {"labels": {}, **({"hidden": hidden} if hidden else {})}
        metadata = {"name": "bare-0", "labels": {}, "annotations": {WANTED_ANNOTATION: json.dumps(wanted)}}
        self.node: Object = {"metadata": metadata, "status": {}}
        self.pods = list(pods)
        self.patches = 0

    def request(self, _method: str, path: str, body: Object, **_more: Any) -> None:
        self.patches += 1
        if path.endswith("/status"):
            self.node["status"] |= body["status"]
        else:
            self.node["metadata"]["annotations"] |= body["metadata"]["annotations"]

    def all(self) -> dict[str, Object]:
        return {"bare-0": self.node}

    @property
    def shares(self) -> str | None:
        return (self.node["status"].get("allocatable") or {}).get("nvidia.com/gpu")

    @property
    def told(self) -> Object:
        return dict(self.node["metadata"]["annotations"])


class Pods:
    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def all(self) -> dict[int, Object]:
        return dict(enumerate(self._cluster.pods))


def keeping(cluster: Cluster) -> SharedGpus:
    made = SharedGpus(cast("Api", cluster), cast("Store", cluster), cast("Store", Pods(cluster)))
    made.tick()
    return made


def pod(component: str, *arguments: str, uid: str = "u", ready: str = "True") -> Object:
    return {
        "metadata": {"name": "p", "uid": uid, "labels": {"app.kubernetes.io/component": component}},
        "spec": {"nodeName": "bare-0", "containers": [{"name": "c", "args": list(arguments)}]},
        "status": {"conditions": [{"type": "Ready", "status": ready}]},
    }


PLUGIN, SCHEDULER = pod("hami-device-plugin"), pod("hami-scheduler", uid="s")


def test_the_device_plugin_registers_gpus_and_their_shares_once() -> None:
    cluster = Cluster(PLUGIN)
    kept = keeping(cluster)
    devices = json.loads(cluster.told[REGISTER])
    assert [(one["id"], one["count"], one["devmem"]) for one in devices] == [
        ("GPU-bare-0-0", 10, 46068),
        ("GPU-bare-0-1", 10, 46068),
    ]
    assert cluster.shares == "20"
    assert HANDSHAKE not in cluster.told, "nobody schedules"
    cluster.pods.append(SCHEDULER)
    cluster.node["status"]["allocatable"]["nvidia.com/gpu"] = "1"
    kept.tick()
    assert cluster.told[HANDSHAKE].startswith("Requesting_")
    assert cluster.shares == "1", "what a test changes stays"


def test_without_the_device_plugin_nothing_is_allocatable_and_annotations_stay() -> None:
    cluster = Cluster(PLUGIN, SCHEDULER)
    kept = keeping(cluster)
    cluster.pods.clear()
    kept.tick()
    assert cluster.shares == "0"
    assert {REGISTER, HANDSHAKE} <= cluster.told.keys()


@pytest.mark.parametrize(
    "cluster", [Cluster(), Cluster(pod("hami-device-plugin", ready="False")), Cluster(PLUGIN, hidden=None)]
)
def test_other_nodes_are_left_alone(cluster: Cluster) -> None:
    keeping(cluster)
    assert cluster.patches == 0


def test_the_split_is_what_its_arguments_say() -> None:
    assert split_of(PLUGIN) == 10
    assert split_of(pod("hami-device-plugin", "-v=4", "--device-split-count=4")) == 4
