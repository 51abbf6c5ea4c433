# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the DCGM exporter: each of its pods answers through its port-forward in the form of versions
3.3.5 and 4.5.3. As the real one, it knows the pods of GPUs in its kubernetes mode only.
"""

from __future__ import annotations

from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from ..api import Api, Object
from .agents import hidden_of
from .pods import FORWARDS, about, is_ready
from .watching import Store

NAME = "dcgm-exporter"
PORT = 9400
SERIES = {
    "DCGM_FI_DEV_SM_CLOCK": "SM clock frequency (in MHz).",
    "DCGM_FI_DEV_GPU_UTIL": "GPU utilization (in %).",
    "DCGM_FI_DEV_FB_USED": "Framebuffer memory used (in MiB).",
}


class Exporters:
    """Keeps an answer for every pod of the exporter on a node with GPUs."""

    def __init__(self, api: Api, nodes: Store, pods: Store) -> None:
        self._api, self._nodes, self._pods = api, nodes, pods
        self._texts: dict[str, str] = {}
        self._servers: dict[str, ThreadingHTTPServer] = {}

    def tick(self) -> None:
        pods = self._pods.all().values()
        nodes = {node["metadata"]["name"]: node for node in self._nodes.all().values()}
        exporters = {pod["metadata"]["uid"]: pod for pod in pods if is_ready(pod) and _exports(pod)}
        for uid, pod in exporters.items():
            self._texts[uid] = exposition(pod, nodes[pod["spec"]["nodeName"]], pods)
            if uid not in self._servers:
                server = self._serve(uid)
                forward = {"ports": [PORT], "target": {"address": "127.0.0.1", "port": server.server_port}}
                self._api.apply(about(uid, pod, "ClusterPortForward", forwards=[forward]))
                self._servers[uid] = server
        for uid in self._servers.keys() - exporters.keys():
            self._api.delete(f"{FORWARDS}/{uid}")
            self._servers.pop(uid).shutdown()
            del self._texts[uid]

    def _serve(self, uid: str) -> ThreadingHTTPServer:
        texts = self._texts

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = texts[uid].encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: object) -> None:
                """Nobody reads it."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=server.serve_forever, daemon=True).start()
        return server


def exposition(pod: Object, node: Object, pods: Iterable[Object]) -> str:
    """What the exporter's pod tells of the GPUs of its node."""
    container, name = pod["spec"]["containers"][0], node["metadata"]["name"]
    told = {one["name"]: one.get("value") for one in container.get("env") or ()}
    users = _users(name, pods) if told.get("DCGM_EXPORTER_KUBERNETES") == "true" else []
    is_newer = container["image"].rpartition(":")[2].startswith("4")
    facts = {**node["metadata"]["labels"], **hidden_of(node).get("labels", {})}
    lines = []
    for series, words in SERIES.items():
        lines += [f"# HELP {series} {words}", f"# TYPE {series} gauge"]
        for index in range(int(facts.get("nvidia.com/gpu.count", 0))):
            labels = {
                "gpu": str(index),
                "UUID": f"GPU-{name}-{index}",
                **({"pci_bus_id": f"00000000:{index:02X}:00.0"} if is_newer else {}),
                "device": f"nvidia{index}",
                "modelName": facts.get("nvidia.com/gpu.product", "").replace("-", " "),
                "Hostname": name,
                **(users[index] if index < len(users) else {}),
            }
            shown = ",".join(f'{key}="{value}"' for key, value in labels.items())
            lines.append(f"{series}{{{shown}}} 0")
    return "\n".join([*lines, ""])


def _exports(pod: Object) -> bool:
    return (pod["metadata"].get("labels") or {}).get("app.kubernetes.io/name") == NAME


def _users(node: str, pods: Iterable[Object]) -> list[dict[str, str]]:
    """Labels of the containers that have the node's GPUs, one for each GPU."""
    return [
        {"container": one["name"], "namespace": pod["metadata"]["namespace"], "pod": pod["metadata"]["name"]}
        for pod in pods
        if pod["spec"].get("nodeName") == node and pod["status"].get("phase") == "Running"
        for one in pod["spec"]["containers"]
        for _gpu in range(int((one.get("resources", {}).get("limits") or {}).get("nvidia.com/gpu", 0)))
    ]
