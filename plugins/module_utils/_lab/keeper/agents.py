# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What agents cause on bare nodes, in the place of the agents, whose simulated pods run nothing.

While an agent's pod is Ready on a bare node, the node shows what the real agent would make it show: the label
of the PCI device and those of the product, in Node Feature Discovery's books, and GPUs to allocate. Labels
stay when Node Feature Discovery goes; without the device plugin the kubelet has nothing to allocate.
"""

from __future__ import annotations

import json
from collections import defaultdict

from ..api import MERGE_PATCH, Api, Object
from ..nodes import NODES, WANTED_ANNOTATION
from .pods import is_ready
from .watching import Store

BOOKS = "nfd.node.kubernetes.io/feature-labels"
FEATURE = "feature.node.kubernetes.io/"
PCI = FEATURE + "pci-10de.present"
NFD = "app.kubernetes.io/name=node-feature-discovery"
MASTER, WORKER = {NFD, "role=master"}, {NFD, "role=worker"}
DISCOVERY = {"app.kubernetes.io/name=gpu-feature-discovery"}
PLUGIN = {"name=nvidia-device-plugin-ds"}


class Agents:
    """Keeps bare nodes equal to what their agents would make of them."""

    def __init__(self, api: Api, nodes: Store, pods: Store) -> None:
        self._api, self._nodes, self._pods = api, nodes, pods
        self._advertised: dict[str, dict[str, str]] = {}

    def tick(self) -> None:
        bare = [(node, hidden) for node in self._nodes.all().values() if (hidden := hidden_of(node))]
        if not bare:
            return
        running = self._running()
        is_published = any(pod >= MASTER for pods in running.values() for pod in pods)
        for node, hidden in bare:
            here = running[node["metadata"]["name"]]
            if is_published and _has(here, WORKER):
                found = hidden["labels"] if _has(here, DISCOVERY) else {}
                self._publish(node, {PCI: "true", **found})
            self._advertise(node, hidden["resources"] if _has(here, PLUGIN) else {})

    def _running(self) -> dict[str, list[set[str]]]:
        """Labels of the Ready pods of each node."""
        running: dict[str, list[set[str]]] = defaultdict(list)
        for pod in self._pods.all().values():
            if is_ready(pod):
                labels = pod["metadata"].get("labels") or {}
                running[pod["spec"]["nodeName"]].append({f"{key}={value}" for key, value in labels.items()})
        return running

    def _publish(self, node: Object, found: dict[str, str]) -> None:
        metadata = node["metadata"]
        former = (metadata["annotations"].get(BOOKS) or "").split(",")
        books = ",".join(sorted(key.removeprefix(FEATURE) for key in found))
        if metadata["annotations"].get(BOOKS) == books and found.items() <= metadata["labels"].items():
            return
        gone = {key if "/" in key else FEATURE + key for key in former if key} - found.keys()
        labels = dict.fromkeys(gone) | found
        patch_node(self._api, node, "", {"metadata": {"labels": labels, "annotations": {BOOKS: books}}})

    def _advertise(self, node: Object, resources: dict[str, str]) -> None:
        """Gives the resources to the kubelet; it has none to allocate once their plugin is gone."""
        name, shown = node["metadata"]["name"], node["status"].get("allocatable") or {}
        if resources:
            self._advertised[name] = resources
            if not resources.items() <= shown.items():
                patch_node(
                    self._api, node, "/status", {"status": {"allocatable": resources, "capacity": resources}}
                )
        elif former := self._advertised.get(name):
            patch_node(self._api, node, "/status", {"status": {"allocatable": dict.fromkeys(former, "0")}})
            del self._advertised[name]


def patch_node(api: Api, node: Object, part: str, body: Object) -> None:
    """Merges a change into a node, or into a part of it such as ``/status``."""
    api.request("PATCH", f"{NODES}/{node['metadata']['name']}{part}", body, content_type=MERGE_PATCH)


def hidden_of(node: Object) -> dict[str, dict[str, str]]:
    """Labels and resources of a bare node that its agents would bring to light; of other nodes nothing."""
    described = json.loads((node["metadata"].get("annotations") or {}).get(WANTED_ANNOTATION, "{}"))
    return dict(described.get("hidden") or {})


def _has(pods: list[set[str]], labels: set[str]) -> bool:
    return any(labels <= pod for pod in pods)
