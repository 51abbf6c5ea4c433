# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for a model server: enough of OpenAI's and Triton's protocols, and misbehaviour on request."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(kw_only=True)
class Behaviour:
    """What the server serves and what it does wrong."""

    models: tuple[str, ...] = ("chat",)
    adapters: tuple[str, ...] = ()
    words: str = "Hello there, nice to meet you."
    tokens: int = 7
    usage: bool = True
    chat_template: bool = True
    authorization: str | None = None
    host: str | None = None
    unready: int = 0
    """How many requests find the server still loading."""
    first_token: float = 0.0
    streams_break: bool = False
    echo: bool = False
    model_state: str = "READY"
    status: int | None = None
    body: str = ""
    location: str | None = None
    seen: list[tuple[str, str, dict[str, Any], dict[str, str]]] = field(default_factory=list)

    def bodies(self, path: str) -> list[dict[str, Any]]:
        """What was posted to a path."""
        return [body for _method, seen, body, _headers in self.seen if seen == path]


class Handler(BaseHTTPRequestHandler):
    behaviour: Behaviour

    def log_message(self, *_args: object) -> None:
        pass

    def do_GET(self) -> None:
        self._serve({})

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._serve(json.loads(text or b"{}"))

    def _serve(self, body: dict[str, Any]) -> None:
        behaviour = self.behaviour
        behaviour.seen.append((self.command, self.path, body, dict(self.headers)))
        if behaviour.host and self.headers["Host"] != behaviour.host:
            return self._text(404, "no such route")
        if behaviour.location:
            return self._text(301, "moved", Location=behaviour.location)
        if behaviour.unready > 0:
            behaviour.unready -= 1
            return self._text(503, "still loading")
        if behaviour.status:
            return self._text(behaviour.status, behaviour.body)
        if behaviour.authorization and self.headers.get("Authorization") != behaviour.authorization:
            return self._json(401, {"error": {"message": f"wrong: {self.headers.get('Authorization')}"}})
        if self.path.startswith("/v2"):
            return self._triton(body)
        return self._openai(body)

    def _openai(self, body: dict[str, Any]) -> None:
        behaviour = self.behaviour
        if self.path == "/health":
            return self._text(200, "")
        if self.path == "/v1/models":
            listed = [{"id": name} for name in behaviour.models]
            listed += [{"id": name, "parent": behaviour.models[0]} for name in behaviour.adapters]
            return self._json(200, {"object": "list", "data": listed})
        if "model" not in body:
            return self._json(400, {"error": {"message": "model: field required"}})
        if body["model"] not in (*behaviour.models, *behaviour.adapters):
            return self._json(404, {"error": {"message": f"The model `{body['model']}` does not exist."}})
        if self.path == "/v1/chat/completions":
            if not behaviour.chat_template:
                return self._json(400, {"error": {"message": "a chat template must be provided"}})
            return self._answer({"message": {"role": "assistant", "content": behaviour.words}})
        if body.get("stream"):
            return self._events(
                [{"choices": [{"text": word + " "}]} for word in behaviour.words.split()],
                closing=[{"choices": [], "usage": {"completion_tokens": behaviour.tokens}}, "[DONE]"],
            )
        return self._answer({"text": behaviour.words})

    def _answer(self, choice: dict[str, Any]) -> None:
        usage = {"usage": {"completion_tokens": self.behaviour.tokens}} if self.behaviour.usage else {}
        self._json(200, {"choices": [choice], **usage})

    def _triton(self, body: dict[str, Any]) -> None:
        behaviour = self.behaviour
        if self.path in ("/v2/health/live", "/v2/health/ready"):
            return self._text(200, "")
        if self.path == "/v2/repository/index":
            entries = [
                {"name": name, "version": "1", "state": behaviour.model_state} for name in behaviour.models
            ]
            return self._json(200, entries)
        _, _, _, name, verb = self.path.split("/")
        if name not in behaviour.models:
            return self._json(404, {"error": f"Request for unknown model: '{name}' is not found"})
        if verb == "ready":
            return self._text(200 if behaviour.model_state == "READY" else 400, "")
        words = (body["text_input"] if behaviour.echo else "") + behaviour.words
        answer = {"model_name": name, "model_version": "1"}
        if verb == "generate":
            return self._json(200, {**answer, "text_output": words})
        return self._events([{**answer, "text_output": word + " "} for word in words.split()], closing=[])

    def _events(self, pieces: list[dict[str, Any]], *, closing: list[Any]) -> None:
        behaviour = self.behaviour
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        time.sleep(behaviour.first_token)
        for piece in pieces[:1] if behaviour.streams_break else [*pieces, *closing]:
            text = piece if isinstance(piece, str) else json.dumps(piece)
            self.wfile.write(f"data: {text}\n\n".encode())
            self.wfile.flush()

    def _json(self, status: int, body: Any) -> None:
        self._text(status, json.dumps(body), **{"Content-Type": "application/json"})

    def _text(self, status: int, body: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())


@contextmanager
def serving(behaviour: Behaviour, *, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Run the stand-in on loopback and yield `127.0.0.1:port`."""
    handler = type("Handler", (Handler,), {"behaviour": behaviour})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
