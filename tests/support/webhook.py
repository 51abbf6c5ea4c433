# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Admission webhooks on the loopback: real servers with TLS and an authority of their own, whose decision a
test gives."""

from __future__ import annotations

import base64
import json
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Object = dict[str, Any]
Review = Callable[[Object], Object]
"""From the request of an AdmissionReview to its response, without the uid."""


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate that is its own authority, and its key."""
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-nodes", "-days", "1", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(cert)),
        ],
        check=True,
        capture_output=True,
    )
    return cert, key


def allowed(patch: Sequence[Object] = ()) -> Object:
    """The response that lets an object in, changed by a JSON patch."""
    encoded = base64.b64encode(json.dumps(list(patch)).encode()).decode()
    return {"allowed": True, **({"patchType": "JSONPatch", "patch": encoded} if patch else {})}


class Webhook:
    """It has a port from the beginning, and answers while it is served."""

    def __init__(self, certificate: tuple[Path, Path], review: Review) -> None:
        self._certificate = certificate

        class Handler(BaseHTTPRequestHandler):
            def do_POST(handler: BaseHTTPRequestHandler) -> None:
                asked = json.loads(handler.rfile.read(int(handler.headers["Content-Length"])))
                response = {"uid": asked["request"]["uid"], **review(asked["request"])}
                answer = json.dumps({**asked, "response": response}).encode()
                handler.send_response(200)
                handler.send_header("Content-Type", "application/json")
                handler.send_header("Content-Length", str(len(answer)))
                handler.end_headers()
                handler.wfile.write(answer)

            def log_message(self, *_args: Any) -> None:
                """Tests look at what became of objects."""

        self._handler = Handler
        reserved = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._port = reserved.server_port
        reserved.server_close()

    @property
    def client_config(self) -> Object:
        bundle = base64.b64encode(self._certificate[0].read_bytes()).decode()
        return {"url": f"https://127.0.0.1:{self._port}/", "caBundle": bundle}

    @contextmanager
    def served(self) -> Iterator[None]:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*self._certificate)
        server = ThreadingHTTPServer(("127.0.0.1", self._port), self._handler)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
