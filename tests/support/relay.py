# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A way of its own to an API server, which can be shut: connections break, and new ones are refused."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import yaml

PIECE = 65536


class Relay:
    """Passes bytes on from one port of the loopback to another."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._listen()

    def open(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._listen()

    def shut(self) -> None:
        for one in (self._listener, *self._sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._sockets.clear()

    def _listen(self) -> None:
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _address = listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._sockets += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pass_on, args=pair, daemon=True).start()

    @staticmethod
    def _pass_on(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while piece := source.recv(PIECE):
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)


@contextmanager
def relayed(kubeconfig: Path, through: Path) -> Iterator[Relay]:
    """Writes *through*, a kubeconfig that leads to the same API server by a relay."""
    config = yaml.safe_load(kubeconfig.read_text(encoding="utf-8"))
    [cluster] = config["clusters"]
    server = urlsplit(cluster["cluster"]["server"])
    relay = Relay(server.port or 443)
    cluster["cluster"]["server"] = f"https://127.0.0.1:{relay.port}"
    through.write_text(yaml.safe_dump(config), encoding="utf-8")
    try:
        yield relay
    finally:
        relay.shut()
