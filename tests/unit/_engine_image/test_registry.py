# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._engine_image import registry
from ansible_collections.inferops.serving.plugins.module_utils._engine_image.logins import login

LOGIN = base64.b64encode(b"puller:a secret").decode()
CONFIG = {"config": {"Labels": {"recipe": "0f3a"}}}
INDEX = {"manifests": [{"digest": "sha256:image"}, {"digest": "sha256:attestation"}]}


class Door(BaseHTTPRequestHandler):
    """A registry that gives tokens to who logs in, and keeps its blobs elsewhere."""

    def do_GET(self) -> None:
        server: Any = self.server
        server.heard.append((self.path.split("?")[0], self.headers.get("Authorization")))
        own = f"http://127.0.0.1:{server.server_port}"
        answers = {
            "/token": {"token": "given"} if self.headers.get("Authorization") == f"Basic {LOGIN}" else None,
            "/v2/team/image/manifests/1": INDEX,
            "/v2/team/image/manifests/sha256:image": {"config": {"digest": "sha256:config"}},
            "/elsewhere": CONFIG,
            "/v2/odd/image/manifests/1": ["no", "manifest"],
        }
        path = self.path.split("?")[0]
        if path.startswith("/v2/team") and self.headers.get("Authorization") != "Bearer given":
            challenge = f'Bearer realm="{server.realm or own}/token",service="s",scope="repository:team:pull"'
            return self._say(401, {"WWW-Authenticate": challenge})
        if path == "/v2/team/image/blobs/sha256:config":
            return self._say(307, {"Location": f"{own}/elsewhere"})
        found = answers.get(path)
        return self._say(404 if found is None else 200, {}, found)

    def _say(self, status: int, headers: dict[str, str], document: object = None) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    made: Any = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    made.heard, made.realm = [], ""
    made.host = f"127.0.0.1:{made.server_port}"
    logins = tmp_path / "auth.json"
    logins.write_text(json.dumps({"auths": {made.host: {"auth": LOGIN}}}), encoding="utf-8")
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(logins))
    threading.Thread(target=made.serve_forever, args=(0.01,), daemon=True).start()
    yield made
    made.shutdown()
    made.server_close()


@pytest.mark.parametrize(
    ("image", "host", "repository", "tag"),
    [
        ("registry.example/team/image:1", "registry.example", "team/image", "1"),
        ("registry.example:5000/image", "registry.example:5000", "image", "latest"),
        ("localhost/image:1", "localhost", "image", "1"),
        ("team/image:1", "docker.io", "team/image", "1"),
        ("image", "docker.io", "library/image", "latest"),
        ("registry.example/image:1@sha256:0f", "registry.example", "image", "sha256:0f"),
    ],
)
def test_names_of_images_are_read_as_builders_read_them(
    image: str, host: str, repository: str, tag: str
) -> None:
    assert registry.reference(image) == registry.Reference(host=host, repository=repository, tag=tag)


def test_labels_are_read_with_a_token_for_the_login(server: Any) -> None:
    assert registry.labels(f"{server.host}/team/image:1") == {"recipe": "0f3a"}
    asked = dict(server.heard)
    assert asked["/token"] == f"Basic {LOGIN}"
    assert asked["/elsewhere"] is None, "what a registry sends on is asked without the login"


def test_an_image_that_is_not_there_has_no_labels(server: Any) -> None:
    assert registry.labels(f"{server.host}/team/image:2") is None


def test_the_login_goes_to_nobody_by_another_scheme(server: Any) -> None:
    server.realm = "https://elsewhere.example"
    with pytest.raises(registry.NotAsked, match="wants the login sent to"):
        registry.labels(f"{server.host}/team/image:1")


def test_a_registry_that_does_not_tell_is_named(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(registry.NotAsked, match="what no registry answers"):
        registry.labels(f"{server.host}/odd/image:1")
    monkeypatch.setenv("REGISTRY_AUTH_FILE", "/nowhere")
    with pytest.raises(registry.NotAsked, match=server.host):
        registry.labels(f"{server.host}/team/image:1")
    with pytest.raises(registry.NotAsked, match="refused"):
        registry.labels("127.0.0.1:9/team/image:1")


def test_the_closest_login_of_the_first_file_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(path: Path, **auths: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        entries = {name: {"auth": auth} for name, auth in auths.items()}
        path.write_text(json.dumps({"auths": entries, "credHelpers": {}}), encoding="utf-8")

    monkeypatch.delenv("REGISTRY_AUTH_FILE", raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    write(
        tmp_path / "run/containers/auth.json", **{"registry.example": "host", "registry.example/team": "team"}
    )
    write(
        tmp_path / "docker/config.json", **{"https://index.docker.io/v1/": "hub", "registry.example": "late"}
    )
    assert login("registry.example", "team/image") == "team"
    assert login("registry.example", "other/image") == "host"
    assert login("docker.io", "library/image") == "hub"
    assert login("elsewhere.example", "image") is None
