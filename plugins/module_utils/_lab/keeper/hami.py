# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What HAMi causes on bare nodes, in the place of its programs, whose simulated pods run nothing.

When its device plugin's pod becomes Ready on a bare node, the node registers its GPUs and has shares of them
to allocate; HAMi's scheduler then asks for the node. What a test changes there afterwards stays. Without the
device plugin nothing is left to allocate, and the annotations stay, as HAMi itself leaves them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping

from ..api import Api, Object
from .agents import hidden_of, patch_node
from .pods import is_ready
from .watching import Store

COMPONENT = "app.kubernetes.io/component"
PLUGIN, SCHEDULER = "hami-device-plugin", "hami-scheduler"
REGISTER, HANDSHAKE = "hami.io/node-nvidia-register", "hami.io/node-handshake"
SPLIT_ARGUMENT = "--device-split-count="
SPLIT = 10
"""Shares of a GPU where the device plugin is told nothing."""


class SharedGpus:
    """Lets bare nodes have what HAMi's device plugin and scheduler would give them."""

    def __init__(self, api: Api, nodes: Store, pods: Store) -> None:
        self._api, self._nodes, self._pods = api, nodes, pods
        self._registered: dict[str, str] = {}
        """Node → uid of the pod that registered its GPUs."""

    def tick(self) -> None:
        ready = [pod for pod in self._pods.all().values() if is_ready(pod)]
        plugins = {pod["spec"]["nodeName"]: pod for pod in ready if _component(pod) == PLUGIN}
        is_scheduled = any(_component(pod) == SCHEDULER for pod in ready)
        for node in self._nodes.all().values():
            name, hidden = node["metadata"]["name"], hidden_of(node)
            plugin = plugins.get(name)
            if hidden and plugin:
                self._register(node, hidden, plugin)
                if is_scheduled and HANDSHAKE not in node["metadata"]["annotations"]:
                    self._annotate(node, HANDSHAKE, time.strftime("Requesting_%Y-%m-%d %H:%M:%S"))
            elif self._registered.pop(name, None):
                self._allocate(node, dict.fromkeys(hidden["resources"], "0"))

    def _register(self, node: Object, hidden: Mapping[str, Mapping[str, str]], plugin: Object) -> None:
        name, uid, split = node["metadata"]["name"], plugin["metadata"]["uid"], split_of(plugin)
        if self._registered.get(name) == uid:
            return
        self._annotate(node, REGISTER, json.dumps(registration(name, hidden["labels"], split)))
        shares = {resource: str(int(number) * split) for resource, number in hidden["resources"].items()}
        self._allocate(node, shares)
        self._registered[name] = uid

    def _annotate(self, node: Object, annotation: str, value: str) -> None:
        patch_node(self._api, node, "", {"metadata": {"annotations": {annotation: value}}})

    def _allocate(self, node: Object, amounts: Mapping[str, str]) -> None:
        status = {"capacity": dict(amounts), "allocatable": dict(amounts)}
        patch_node(self._api, node, "/status", {"status": status})


def registration(node: str, labels: Mapping[str, str], split: int) -> list[dict[str, object]]:
    """The devices of a node in the form in which HAMi 2.10 registers them."""
    return [
        {
            "id": f"GPU-{node}-{index}",
            "index": index,
            "count": split,
            "devmem": int(labels.get("nvidia.com/gpu.memory", 0)),
            "devcore": 100,
            "type": labels.get("nvidia.com/gpu.product", ""),
            "health": True,
        }
        for index in range(int(labels.get("nvidia.com/gpu.count", 0)))
    ]


def split_of(plugin: Object) -> int:
    """Into how many shares the device plugin is told to divide a GPU."""
    told = [
        word.removeprefix(SPLIT_ARGUMENT)
        for container in plugin["spec"]["containers"]
        for word in (*(container.get("command") or ()), *(container.get("args") or ()))
        if word.startswith(SPLIT_ARGUMENT)
    ]
    return int(told[-1]) if told else SPLIT


def _component(pod: Object) -> str:
    return str((pod["metadata"].get("labels") or {}).get(COMPONENT, ""))
