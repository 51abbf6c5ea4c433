# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for what agents do to real nodes: ``standin_agents.py KUBECONFIG SECONDS``.

Simulated nodes run nothing. While an agent's pod is ready on a node of which the label ``sim.lab/card`` says
that a card is plugged in, the node shows what the real agent would cause: the label of the PCI device with
Node Feature Discovery's records, GPUs to allocate, labels of the product, metrics. When the pod is gone, the
kubelet has no GPUs to allocate any more; labels stay.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from kubernetes import config
from standin_exporter import Exporters

KINDS = {"PATCH": "application/merge-patch+json"}
CARD = "sim.lab/card"
PCI = "feature.node.kubernetes.io/pci-10de.present"
WORKER = ("app.kubernetes.io/name", "node-feature-discovery")
PLUGIN = ("name", "nvidia-device-plugin-ds")
DISCOVERY = ("app.kubernetes.io/name", "gpu-feature-discovery")


class Api:
    def __init__(self, kubeconfig: str) -> None:
        self._client = config.new_client_from_config(kubeconfig)

    def send(self, method: str, path: str, body: Any = None) -> Any:
        answer = self._client.rest_client.pool_manager.request(
            method,
            self._client.configuration.host + path,
            body=None if body is None else json.dumps(body),
            headers={"Accept": "application/json", "Content-Type": KINDS.get(method, "application/json")},
            retries=False,
        )
        return json.loads(answer.data)


def labels_of(product: str) -> dict[str, str]:
    return {"nvidia.com/gpu.product": product, "nvidia.com/gpu.count": "8", "nvidia.com/gpu.memory": "46068"}


def step(api: Api, exporters: Exporters) -> None:
    ready: dict[str, set[tuple[str, str]]] = {}
    pods = api.send("GET", "/api/v1/pods")["items"]
    for pod in pods:
        conditions = pod.get("status", {}).get("conditions") or ()
        if any(each["type"] == "Ready" and each["status"] == "True" for each in conditions):
            ready.setdefault(pod["spec"].get("nodeName", ""), set()).update(
                (pod["metadata"].get("labels") or {}).items()
            )
    cards = {}
    for node in api.send("GET", "/api/v1/nodes")["items"]:
        name = node["metadata"]["name"]
        card = (node["metadata"].get("labels") or {}).get(CARD)
        if card:
            cards[name] = card
            show(api, node, card, ready.get(name, set()))
    exporters.look(pods, cards)


def show(api: Api, node: dict[str, Any], card: str, agents: set[tuple[str, str]]) -> None:
    path = f"/api/v1/nodes/{node['metadata']['name']}"
    has = node["metadata"].get("labels") or {}
    if WORKER in agents and PCI not in has:
        book = {"nfd.node.kubernetes.io/feature-labels": PCI.partition("/")[2]}
        api.send("PATCH", path, {"metadata": {"labels": {PCI: "true"}, "annotations": book}})
    if DISCOVERY in agents and not labels_of(card).items() <= has.items():
        api.send("PATCH", path, {"metadata": {"labels": labels_of(card)}})
    gpus = "8" if PLUGIN in agents else "0"
    if node["status"].get("allocatable", {}).get("nvidia.com/gpu", "0") != gpus:
        amounts = {"nvidia.com/gpu": gpus}
        api.send("PATCH", f"{path}/status", {"status": {"allocatable": amounts, "capacity": amounts}})


def main(kubeconfig: str, seconds: str) -> None:
    api = Api(kubeconfig)
    exporters = Exporters(api)
    end = time.monotonic() + float(seconds)
    while time.monotonic() < end:
        step(api, exporters)
        time.sleep(0.3)


if __name__ == "__main__":
    main(*sys.argv[1:])
