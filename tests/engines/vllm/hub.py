# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for the Hugging Face hub: one model, and a count of what is fetched from it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Hub:
    model: str
    files: Mapping[str, bytes]
    token: str
    url: str = ""
    fetched: Counter[str] = field(default_factory=Counter)
    """How often each file went over the wire."""

    @contextmanager
    def serving(self) -> Iterator[Hub]:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_HEAD(self) -> None:
                self._answer(body=False)

            def do_GET(self) -> None:
                self._answer(body=True)

            def _answer(self, *, body: bool) -> None:
                path = self.path.partition("?")[0]
                if self.headers.get("Authorization") != f"Bearer {hub.token}":
                    return self._send(401, b"", body=body)
                if path in (f"/api/models/{hub.model}", f"/api/models/{hub.model}/revision/main"):
                    siblings = [{"rfilename": name} for name in hub.files]
                    told = {"id": hub.model, "sha": COMMIT, "siblings": siblings}
                    return self._send(200, json.dumps(told).encode(), body=body)
                if path == f"/api/models/{hub.model}/tree/{COMMIT}":
                    return self._send(200, json.dumps(_tree(hub.files)).encode(), body=body)
                name = path.removeprefix(f"/{hub.model}/resolve/{COMMIT}/")
                if name not in hub.files:
                    return self._send(404, b"", body=body, headers={"X-Error-Code": "RepoNotFound"})
                content = hub.files[name]
                if body:
                    hub.fetched[name] += 1
                marks = {"ETag": f'"{hashlib.sha1(content).hexdigest()}"', "X-Repo-Commit": COMMIT}  # noqa: S324
                return self._send(200, content, body=body, headers=marks)

            def _send(
                self, status: int, content: bytes, *, body: bool, headers: Mapping[str, str] | None = None
            ) -> None:
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if body:
                    self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _tree(files: Mapping[str, bytes]) -> list[dict[str, object]]:
    return [
        {"type": "file", "path": name, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}  # noqa: S324
        for name, content in files.items()
    ]
