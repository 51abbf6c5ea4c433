# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small HTTP proxy in front of the real API server, which counts requests and can make single ones fail."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """What the proxy says instead of the API server."""

    status: int
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()


class Drop:
    """The connection is closed without an answer, before the API server sees the request."""


class DropAnswer:
    """The API server acts, but its answer never arrives."""


Fault = Answer | Drop | DropAnswer
Decide = Callable[[str, str, int], Fault | None]
"""From method, path and the number of such requests so far to what goes wrong, or None."""


@dataclass
class Proxy:
    url: str
    requests: list[tuple[str, str]] = field(default_factory=list)
    decide: Decide = lambda method, path, count: None

    def count(self, method: str | None = None) -> int:
        return sum(1 for seen, _path in self.requests if method in (None, seen))


@contextmanager
def fault_proxy(server: str, *, ca: str, cert: str, key: str) -> Iterator[Proxy]:
    """Serves on a free port of the loopback until the block ends."""
    context = ssl.create_default_context(cafile=ca)
    context.load_cert_chain(cert, key)
    target = urlsplit(server)
    proxy = Proxy(url="")
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _forward(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            path = self.path.partition("?")[0]
            with lock:
                seen = (self.command, path)
                proxy.requests.append(seen)
                fault = proxy.decide(self.command, self.path, proxy.requests.count(seen))
            if isinstance(fault, Drop):
                self._cut()
                return
            if isinstance(fault, Answer):
                self._answer(fault.status, fault.headers, fault.body)
                return
            upstream = http.client.HTTPSConnection(target.hostname or "", target.port, context=context)
            headers = {
                name: value
                for name, value in self.headers.items()
                if name.lower() not in ("host", "authorization", "connection")
            }
            upstream.request(self.command, self.path, body=body, headers=headers)
            answer = upstream.getresponse()
            if "watch=true" in self.path and fault is None:
                self._stream(answer)
                return
            data = answer.read()
            upstream.close()
            if isinstance(fault, DropAnswer):
                self._cut()
                return
            kept = [(name, value) for name, value in answer.getheaders() if name.lower() in _KEPT]
            self._answer(answer.status, tuple(kept), data)

        def _stream(self, answer: http.client.HTTPResponse) -> None:
            self.send_response(answer.status)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            while piece := answer.read1(65536):
                self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")

        def _answer(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
            self.send_response(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _cut(self) -> None:
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)

        def log_message(self, *_args: Any) -> None:
            """Nothing: the tests read ``requests``."""

        do_GET = do_POST = do_PATCH = do_DELETE = _forward

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_args: Any) -> None:
            """Clients that go away are part of the tests."""

    listener = Server(("127.0.0.1", 0), Handler)
    proxy.url = f"http://127.0.0.1:{listener.server_port}"
    thread = threading.Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        listener.shutdown()
        listener.server_close()


_KEPT = frozenset({"content-type", "retry-after", "warning"})
