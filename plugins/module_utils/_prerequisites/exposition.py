# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the DCGM exporter of a node exposes: series of every GPU, told apart by the pods that use them, or the
setting that is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from typing import Any

from .._agents.dcgm import EXTRA_NAMES, KUBERNETES, POD_RESOURCES, PORT
from .._apply import Diagnosis
from .._cluster import Client, ClusterError, Object
from .._components import COMPONENTS, recognised
from .._components.snapshot import DAEMON_SETS
from .._gpu_nodes.inventory import gpu_nodes
from .._gpu_nodes.selection import GPUS, Node, labels_of, name_of
from .nodes import made_by, pod_spec, why_unreached

PATH = "/metrics"
COUNT = "nvidia.com/gpu.count"
PATIENCE = 5.0
RENAMED = "/vgpu"
"""How the name ends under which some sites share GPUs."""
_LINE = re.compile(r"^(DCGM_FI_\w+)\{(.*)\}\s+\S+")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')
_OLD = {"pod_name": "pod", "pod_namespace": "namespace"}
"""Names of labels by which old exporters, and new ones on request, say the same."""


class Silent(ClusterError):
    """The exporter does not answer."""


@dataclass(frozen=True, kw_only=True)
class Series:
    name: str
    labels: Mapping[str, str]

    @property
    def gpu(self) -> str:
        return next((self.labels[key] for key in ("UUID", "uuid", "gpu") if self.labels.get(key)), "")

    @property
    def user(self) -> tuple[str, str]:
        return self.labels.get("namespace", ""), self.labels.get("pod", "")


def unexposed(client: Client, nodes: Sequence[Node]) -> list[Diagnosis]:
    """Each GPU node whose exporter, whoever runs it, does not tell its GPUs and their pods."""
    exporters = recognised(COMPONENTS["dcgm"].signs, DAEMON_SETS, client.list("apps/v1", "DaemonSet"))
    pods = client.list("v1", "Pod")

    def look(node: Node) -> tuple[str, str] | None:
        here = [pod for pod in pods if pod["spec"].get("nodeName") == name_of(node)]
        found = next(((one, pod) for one in exporters for pod in here if made_by(pod, one)), None)
        if found is None:
            barriers = [why for one in exporters if (why := why_unreached(pod_spec(one), node))]
            return "no exporter runs there", barriers[0] if barriers else "its DaemonSet has made no pod yet"
        exporter, pod = found
        try:
            return trouble(node, ask(client, pod), here, exporter)
        except Silent as silence:
            return str(silence), "it is starting, or DCGM finds no GPU there"

    chosen = gpu_nodes(nodes)
    return [
        Diagnosis(
            code="NoEffect",
            object=f"Node {name_of(node)}",
            message=f"{answer[0]}.",
            hint=f"Likely cause: {answer[1]}.",
        )
        for node, answer in zip(chosen, client.in_parallel(look, chosen), strict=True)
        if answer
    ]


def ask(client: Client, pod: Object) -> list[Series]:
    """What an exporter's pod answers, through the API server. Raises Silent."""
    namespace, name = pod["metadata"]["namespace"], pod["metadata"]["name"]
    try:
        with client.portforward(namespace, name, _port(pod), timeout=PATIENCE) as line:
            line.settimeout(PATIENCE)
            connection = HTTPConnection("localhost")
            connection.sock = line
            connection.request("GET", PATH, headers={"Connection": "close"})
            with connection.getresponse() as response:
                text = response.read().decode("utf-8", "replace")
    except (OSError, HTTPException, ClusterError) as error:
        raise Silent(f"pod {name} does not answer {PATH}: {error or type(error).__name__}") from error
    return series(text)


def series(text: str) -> list[Series]:
    """The series of GPUs in the text form of Prometheus."""
    found = []
    for line in text.splitlines():
        if match := _LINE.match(line):
            labels = {_OLD.get(key, key): value for key, value in _LABEL.findall(match[2])}
            found.append(Series(name=match[1], labels=labels))
    return found


def trouble(
    node: Node, exposed: Sequence[Series], pods: Sequence[Object], daemon_set: Object
) -> tuple[str, str] | None:
    """What is missing, and the setting that is likely wrong; None where the series are as they should be.
    ``pods`` are those of the node."""
    seen = {one.gpu for one in exposed} - {""}
    if not seen:
        return (
            "no series of a GPU",
            "DCGM finds none there: no driver is loaded, or runtime_class is missing",
        )
    wanted = labels_of(node).get(COUNT, "")
    if wanted.isdigit() and len(seen) < int(wanted):
        return (
            f"series of {len(seen)} GPUs, and {name_of(node)} has {wanted}",
            "the container does not get all of them: NVIDIA_VISIBLE_DEVICES, or runtime_class",
        )
    users = {(pod["metadata"]["namespace"], pod["metadata"]["name"]): pod for pod in pods if gpus_of(pod)}
    nameless = sorted(users.keys() - {one.user for one in exposed})
    if not nameless:
        return None
    names = ", ".join(f"{namespace}/{name}" for namespace, name in nameless)
    asked = {resource for user in nameless for resource in gpus_of(users[user])}
    return f"no series carries the names of pods that use its GPUs: {names}", _why_nameless(daemon_set, asked)


def gpus_of(pod: Object) -> set[str]:
    """Names of the resources by which a running pod has GPUs."""
    if pod.get("status", {}).get("phase") != "Running":
        return set()
    return {
        resource
        for container in pod["spec"]["containers"]
        for resource in (container.get("resources") or {}).get("limits") or {}
        if GPUS.fullmatch(resource) or resource.endswith(RENAMED)
    }


def _why_nameless(daemon_set: Object, asked: set[str]) -> str:
    spec = pod_spec(daemon_set)
    words = " ".join(_settings(spec))
    if not re.search(rf"(--kubernetes|-k|{KUBERNETES})(=true|$|\s)", words):
        return f"its kubernetes mode is off; set {KUBERNETES}=true"
    mounted = [mount["mountPath"] for one in spec["containers"] for mount in one.get("volumeMounts") or ()]
    if not any(path.rstrip("/") == POD_RESOURCES for path in mounted):
        return f"the kubelet's {POD_RESOURCES} is not mounted, by which it tells whose each GPU is"
    renamed = sorted(name for name in asked if not GPUS.fullmatch(name) and name not in words)
    if renamed:
        return f"it does not know {', '.join(renamed)}; set resource_names ({EXTRA_NAMES}, since version 4)"
    return "the pods are younger than its last collection, or its kubelet does not answer for them"


def _settings(spec: Mapping[str, Any]) -> Iterator[str]:
    for container in spec["containers"]:
        yield from container.get("command") or ()
        yield from container.get("args") or ()
        for variable in container.get("env") or ():
            yield f"{variable['name']}={variable.get('value', '')}"


def _port(pod: Object) -> int:
    ports = [port for one in pod["spec"]["containers"] for port in one.get("ports") or ()]
    return next((int(port["containerPort"]) for port in ports if port.get("name") == "metrics"), PORT)
