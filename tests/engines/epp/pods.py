# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pods that no node runs: their addresses are of this machine, and a simulator answers there."""

from __future__ import annotations

import contextlib
import random
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client
from ansible_collections.inferops.serving.plugins.module_utils._lab.waiting import answers

from tests.engines.envoy.proxy import free_port

Object = dict[str, Any]


@contextlib.contextmanager
def simulated(program: Path, model: str, address: str, port: int) -> Iterator[None]:
    """A simulator behind this address; it binds all of the machine's itself, so a relay leads to it."""
    own = free_port()
    arguments = [f"--port={own}", f"--model={model}", "--force-dummy-tokenizer", "--mode=random"]
    process = subprocess.Popen([program, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    relay = Relay((address, port), own)
    threading.Thread(target=relay.serve_forever, args=(0.05,), daemon=True).start()
    try:
        end = time.monotonic() + 30
        while not answers(f"http://{address}:{port}/health"):
            assert time.monotonic() < end, "the simulator does not answer"
            time.sleep(0.1)
        yield
    finally:
        relay.shutdown()
        relay.server_close()
        process.terminate()
        process.wait()


def loopback() -> str:
    """An address of this machine that hardly anybody else uses."""
    return f"127.{random.randint(2, 250)}.{random.randint(1, 250)}.{random.randint(1, 250)}"  # noqa: S311


def place(client: Client, template: Object, *, name: str, namespace: str, address: str) -> None:
    """A Ready pod with the labels and containers of a workload, on a node that is not there."""
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "labels": template["metadata"]["labels"]},
        "spec": {**template["spec"], "nodeName": f"nowhere-{name}"},
    }
    client.apply(pod)
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    ready = [
        {"type": kind, "status": "True", "lastTransitionTime": now} for kind in ("Ready", "ContainersReady")
    ]
    status = {"phase": "Running", "podIP": address, "podIPs": [{"ip": address}], "conditions": ready}
    path = f"/api/v1/namespaces/{namespace}/pods/{name}/status"
    client.request("PATCH", path, body={"status": status}, content_type="application/merge-patch+json")


class Relay(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], target: int) -> None:
        self.target = target
        super().__init__(address, _Connection)


class _Connection(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        assert isinstance(self.server, Relay)
        with socket.create_connection(("127.0.0.1", self.server.target)) as other:
            back = threading.Thread(target=_copy, args=(other, self.request), daemon=True)
            back.start()
            _copy(self.request, other)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
