# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for Triton Inference Server's HTTP protocol, without any model: it proves the way to a server
and the form of requests, nothing else.

Every answer carries the header `X-Stand-In: triton`, and /v2 says so too. Without any `--model` it serves
whatever name it is asked for, and lists these names in its repository.
"""

from __future__ import annotations

import argparse
import json
import re
import socket
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

WORDS = ("This", "is", "a", "stand-in", "for", "Triton:", "no", "model", "was", "asked.")
MODEL_PATH = re.compile(
    r"/v2/models/([^/]+)(?:/versions/[^/]+)?(?:/(ready|config|stats|generate|generate_stream|infer))?"
)
VERSION = "stand-in"


class Handler(BaseHTTPRequestHandler):
    """One request; which models there are is a fact of the server."""

    protocol_version = "HTTP/1.1"
    models: ClassVar[tuple[str, ...]] = ()
    named: ClassVar[set[str]] = set()
    requests: ClassVar[Counter[str]] = Counter()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path in ("/v2/health/live", "/v2/health/ready"):
            self._send(200)
        elif path == "/v2":
            self._send(
                200,
                {
                    "name": "triton (stand-in)",
                    "version": VERSION,
                    "extensions": ["model_repository", "generate"],
                },
            )
        elif path == "/metrics":
            self._metrics()
        elif (found := MODEL_PATH.fullmatch(path)) and found[2] in (None, "ready", "config", "stats"):
            if not self._has(found[1]):
                self._unknown(found[1])
            elif found[2] == "ready":
                self._send(200)
            else:
                self._send(
                    200,
                    {"name": found[1], "versions": ["1"], "platform": VERSION, "inputs": [], "outputs": []},
                )
        else:
            self._send(404, {"error": "Not Found"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path = self.path.partition("?")[0]
        if path == "/v2/repository/index":
            names = self.models or sorted(self.named)
            self._send(200, [{"name": name, "version": "1", "state": "READY"} for name in names])
            return
        found = MODEL_PATH.fullmatch(path)
        if not found or found[2] not in ("generate", "generate_stream"):
            self._send(404, {"error": "Not Found"})
        elif not self._has(found[1]):
            self._unknown(found[1])
        else:
            self._generate(found[1], body, streamed=found[2] == "generate_stream")

    def _generate(self, model: str, body: bytes, *, streamed: bool) -> None:
        try:
            request = json.loads(body)
            asked = request["text_input"]
        except (ValueError, KeyError, TypeError):
            self._send(
                400, {"error": "failed to parse the request: a JSON object with text_input is expected"}
            )
            return
        parameters = request.get("parameters") or request.get("sampling_parameters") or {}
        parameters = json.loads(parameters) if isinstance(parameters, str) else parameters
        self.requests[model] += 1
        words = list(WORDS[: int(parameters.get("max_tokens", request.get("max_tokens", len(WORDS))))])
        answer = {"model_name": model, "model_version": "1"}
        if not streamed:
            echo = f"{asked} " if not parameters.get("exclude_input_in_output", True) else ""
            self._send(200, answer | {"text_output": echo + " ".join(words)})
            return
        if not request.get("stream", parameters.get("stream", True)):
            words = [" ".join(words)]
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("X-Stand-In", "triton")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for word in words:
            self._chunk(f"data: {json.dumps(answer | {'text_output': word + ' '})}\n\n".encode())
        self._chunk(b"")

    def _chunk(self, content: bytes) -> None:
        self.wfile.write(f"{len(content):x}\r\n".encode() + content + b"\r\n")
        self.wfile.flush()

    def _has(self, model: str) -> bool:
        if not self.models:
            self.named.add(model)
        return not self.models or model in self.models

    def _unknown(self, model: str) -> None:
        self._send(400, {"error": f"Request for unknown model: '{model}' is not found"})

    def _metrics(self) -> None:
        rows = [
            "# HELP nv_inference_request_success Number of successful inference requests, all batch sizes"
        ]
        rows.append("# TYPE nv_inference_request_success counter")
        counts = {name: self.requests[name] for name in self.models} | self.requests
        rows += [
            f'nv_inference_request_success{{model="{name}",version="1"}} {n}' for name, n in counts.items()
        ]
        self._send_bytes(200, ("\n".join(rows) + "\n").encode(), "text/plain; charset=utf-8")

    def _send(self, status: int, content: Any = None) -> None:
        self._send_bytes(status, b"" if content is None else json.dumps(content).encode(), "application/json")

    def _send_bytes(self, status: int, content: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("X-Stand-In", "triton")
        self.end_headers()
        self.wfile.write(content)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def server_bind(self) -> None:
        """Without the name look-up of HTTPServer, which waits for a resolver."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = "localhost", self.server_address[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--http-port", type=int, default=8000)
    parser.add_argument("--metrics-port", type=int, default=8002)
    parser.add_argument("--model", action="append", default=[])
    arguments = parser.parse_args()
    Handler.models = tuple(arguments.model)
    metrics = Server(("127.0.0.1", arguments.metrics_port), Handler)
    threading.Thread(target=metrics.serve_forever, daemon=True).start()
    Server(("127.0.0.1", arguments.http_port), Handler).serve_forever()


if __name__ == "__main__":
    main()
