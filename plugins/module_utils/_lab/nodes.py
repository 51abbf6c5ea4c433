# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated nodes: from the groups of the inventory to Node objects, and keeping the cluster's nodes equal
to them.
"""

from __future__ import annotations

import ipaddress
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .api import MERGE_PATCH, Api, Object
from .config import NodeGroup

POD_CIDR = "10.244.0.0/16"
NODE_CIDR = "10.20.0.0/16"
FIRST_ADDRESS = 11
KWOK_ANNOTATION = "kwok.x-k8s.io/node"
WANTED_ANNOTATION = "sim.lab/node"
ZONE_LABEL, RACK_LABEL = "topology.kubernetes.io/zone", "topology.kubernetes.io/rack"
NODES = "/api/v1/nodes"
NOT_READY = "node.kubernetes.io/not-ready"


@dataclass(frozen=True)
class Node:
    """What the inventory says about one node."""

    name: str
    labels: Mapping[str, str]
    taints: tuple[Mapping[str, str], ...]
    resources: Mapping[str, str]
    hidden: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Labels and resources that show once agents run there."""

    @property
    def wanted(self) -> str:
        facts = {"labels": self.labels, "taints": self.taints, "resources": self.resources}
        if self.hidden:
            facts["hidden"] = self.hidden
        return json.dumps(facts, sort_keys=True, separators=(",", ":"))


def expand(groups: Iterable[NodeGroup]) -> Iterator[Node]:
    """The single nodes; groups of one name share its numbering."""
    numbers: Counter[str] = Counter()
    for group in groups:
        for position in range(group.count):
            name = f"{group.name}-{numbers[group.name]}"
            numbers[group.name] += 1
            own = _labels(group, name, position) | dict(group.labels)
            resources = _resources(group) | dict(group.resources)
            if group.bare:
                hidden = {"labels": _discovered(group), "resources": _gpus(group)}
                yield Node(name, own, group.taints, resources, hidden)
            else:
                yield Node(name, _present(group) | own, group.taints, _gpus(group) | resources)


def reconcile(api: Api, nodes: Iterable[Node], *, kwok_port: int, version: str) -> list[str]:
    """Makes the cluster's simulated nodes equal to these; returns what it did, in words."""
    live = {
        node["metadata"]["name"]: node
        for node in api.request("GET", NODES)["items"]
        if node["metadata"].get("annotations", {}).get(KWOK_ANNOTATION) == "fake"
    }
    used = {
        int(node["spec"]["podCIDR"].split(".")[2]) for node in live.values() if node["spec"].get("podCIDR")
    }
    free = (number for number in range(1, 256) if number not in used)
    did = []
    wanted = {node.name: node for node in nodes}
    for name, node in wanted.items():
        if name not in live:
            api.request("POST", NODES, document(node, next(free), kwok_port=kwok_port, version=version))
            did.append(f"node {name} created")
        elif live[name]["metadata"]["annotations"].get(WANTED_ANNOTATION) != node.wanted:
            _update(api, live[name], node)
            did.append(f"node {name} changed")
    for name in live.keys() - wanted.keys():
        api.delete(f"{NODES}/{name}")
        did.append(f"node {name} deleted")
    return did


def all_ready(api: Api, names: Iterable[str]) -> bool:
    """Whether each of these nodes is Ready, and takes pods: the taint of a new node goes some time later."""
    ready = {
        node["metadata"]["name"]
        for node in api.request("GET", NODES)["items"]
        for condition in node.get("status", {}).get("conditions", ())
        if condition["type"] == "Ready" and condition["status"] == "True" and not _is_new(node)
    }
    return set(names) <= ready


def _is_new(node: Object) -> bool:
    return any(taint["key"] == NOT_READY for taint in node["spec"].get("taints") or ())


def document(node: Node, number: int, *, kwok_port: int, version: str) -> Object:
    """The Node object as it is created; `number` decides its addresses."""
    subnet = list(ipaddress.ip_network(POD_CIDR).subnets(new_prefix=24))[number]
    address = ipaddress.ip_network(NODE_CIDR)[number + FIRST_ADDRESS - 1]
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": node.name,
            "labels": dict(node.labels),
            "annotations": {KWOK_ANNOTATION: "fake", WANTED_ANNOTATION: node.wanted},
        },
        "spec": {"podCIDR": str(subnet), "podCIDRs": [str(subnet)], "taints": list(node.taints)},
        "status": {
            "addresses": [
                {"type": "InternalIP", "address": str(address)},
                {"type": "Hostname", "address": node.name},
                {"type": "ExternalDNS", "address": "localhost"},  # where kwok answers in the kubelet's place
            ],
            "capacity": dict(node.resources),
            "allocatable": dict(node.resources),
            "daemonEndpoints": {"kubeletEndpoint": {"Port": kwok_port}},
            "nodeInfo": {
                "architecture": "amd64",
                "operatingSystem": "linux",
                "osImage": "simulated",
                "kernelVersion": "simulated",
                "kubeletVersion": version,
                "kubeProxyVersion": "",
                "containerRuntimeVersion": "containerd://simulated",
                "bootID": "",
                "machineID": "",
                "systemUUID": "",
            },
        },
    }


def move(api: Api, kwok_port: int) -> None:
    """Tells the API server where kwok answers now, for nodes that were made under another port."""
    for node in api.request("GET", NODES)["items"]:
        endpoint = node.get("status", {}).get("daemonEndpoints", {}).get("kubeletEndpoint", {})
        if endpoint.get("Port") != kwok_port and WANTED_ANNOTATION in node["metadata"].get("annotations", {}):
            _patch(
                api,
                f"{NODES}/{node['metadata']['name']}/status",
                status={"daemonEndpoints": {"kubeletEndpoint": {"Port": kwok_port}}},
            )


def _update(api: Api, live: Object, node: Node) -> None:
    before = json.loads(live["metadata"]["annotations"].get(WANTED_ANNOTATION, "{}"))
    path = f"{NODES}/{node.name}"
    _patch(
        api,
        path,
        metadata={
            "labels": _replacing(before.get("labels", {}), node.labels),
            "annotations": {WANTED_ANNOTATION: node.wanted},
        },
        spec={"taints": list(node.taints)},
    )
    resources = _replacing(live["status"].get("capacity", {}), node.resources)
    _patch(api, f"{path}/status", status={"capacity": resources, "allocatable": resources})


def _patch(api: Api, path: str, **body: Any) -> None:
    api.request("PATCH", path, body, content_type=MERGE_PATCH)


def _replacing(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str | None]:
    """A merge patch from one map to another: null removes."""
    return dict.fromkeys(before.keys() - after.keys()) | dict(after)


def _labels(group: NodeGroup, name: str, position: int) -> dict[str, str]:
    labels = {
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "kubernetes.io/arch": "amd64",
    }
    if group.instance_type:
        labels["node.kubernetes.io/instance-type"] = group.instance_type
    for label, values in ((ZONE_LABEL, group.zones), (RACK_LABEL, group.racks)):
        if values:
            labels[label] = values[position % len(values)]
    return labels


def _present(group: NodeGroup) -> dict[str, str]:
    return {"nvidia.com/gpu.present": "true", **_discovered(group)} if group.gpus else {}


def _discovered(group: NodeGroup) -> dict[str, str]:
    """The labels of GPU Feature Discovery."""
    facts = {"count": group.gpus, "product": group.gpu_product, "memory": group.gpu_memory}
    return {f"nvidia.com/gpu.{name}": str(fact) for name, fact in facts.items() if fact}


def _gpus(group: NodeGroup) -> dict[str, str]:
    return {"nvidia.com/gpu": str(group.gpus)} if group.gpus else {}


def _resources(group: NodeGroup) -> dict[str, str]:
    return {
        "cpu": group.cpu,
        "memory": group.memory,
        "pods": str(group.pods),
        "ephemeral-storage": "1800Gi",
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
    }
