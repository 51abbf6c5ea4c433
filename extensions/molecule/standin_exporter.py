# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stands in for the DCGM exporter: a process behind the port-forward of each of its pods, which answers in
the form of versions 3.3.5 and 4.5.3. As the real one, it knows the pods of GPUs in its kubernetes mode only.
"""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

EXPORTER = ("app.kubernetes.io/name", "dcgm-exporter")
PORT = 9400
GPUS = 8
FORWARDS = "/apis/kwok.x-k8s.io/v1alpha1/clusterportforwards"
SERIES = {
    "DCGM_FI_DEV_SM_CLOCK": "SM clock frequency (in MHz).",
    "DCGM_FI_DEV_GPU_UTIL": "GPU utilization (in %).",
    "DCGM_FI_DEV_FB_USED": "Framebuffer memory used (in MiB).",
}


class Exporters:
    """What each pod of the exporter answers, by its uid."""

    def __init__(self, api: Any) -> None:
        self._api = api
        self._texts: dict[str, str] = {}

    def look(self, pods: list[dict[str, Any]], cards: dict[str, str]) -> None:
        for pod in pods:
            node = pod["spec"].get("nodeName", "")
            if EXPORTER in (pod["metadata"].get("labels") or {}).items() and node in cards:
                self._answer(pod, exposition(pod, cards[node], pods))

    def _answer(self, pod: dict[str, Any], text: str) -> None:
        uid = pod["metadata"]["uid"]
        known, self._texts[uid] = uid in self._texts, text
        if not known:
            self._forward(pod, self._serve(uid))

    def _serve(self, uid: str) -> int:
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
        return server.server_port

    def _forward(self, pod: dict[str, Any], port: int) -> None:
        metadata = pod["metadata"]
        selector = {"matchNamespaces": [metadata["namespace"]], "matchNames": [metadata["name"]]}
        forwards = [{"ports": [PORT], "target": {"address": "127.0.0.1", "port": port}}]
        body = {
            "apiVersion": "kwok.x-k8s.io/v1alpha1",
            "kind": "ClusterPortForward",
            "metadata": {"name": f"exporter-{metadata['uid']}"},
            "spec": {"selector": selector, "forwards": forwards},
        }
        self._api.send("POST", FORWARDS, body)


def exposition(pod: dict[str, Any], card: str, pods: list[dict[str, Any]]) -> str:
    container = pod["spec"]["containers"][0]
    told = {one["name"]: one.get("value") for one in container.get("env") or ()}
    users = _users(pod["spec"]["nodeName"], pods) if told.get("DCGM_EXPORTER_KUBERNETES") == "true" else []
    newer = container["image"].rpartition(":")[2].startswith("4")
    lines = []
    for name, words in SERIES.items():
        lines += [f"# HELP {name} {words}", f"# TYPE {name} gauge"]
        for index in range(GPUS):
            labels = {
                "gpu": str(index),
                "UUID": f"GPU-{pod['spec']['nodeName']}-{index}",
                **({"pci_bus_id": f"00000000:{index:02X}:00.0"} if newer else {}),
                "device": f"nvidia{index}",
                "modelName": card.replace("-", " "),
                "Hostname": pod["spec"]["nodeName"],
                **(users[index] if index < len(users) else {}),
            }
            shown = ",".join(f'{key}="{value}"' for key, value in labels.items())
            lines.append(f"{name}{{{shown}}} 0")
    return "\n".join([*lines, ""])


def _users(node: str, pods: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Labels of the containers that have the node's GPUs, one for each GPU."""
    return [
        {"container": one["name"], "namespace": pod["metadata"]["namespace"], "pod": pod["metadata"]["name"]}
        for pod in pods
        if pod["spec"].get("nodeName") == node
        for one in pod["spec"]["containers"]
        for _gpu in range(int((one.get("resources", {}).get("limits") or {}).get("nvidia.com/gpu", 0)))
    ]
