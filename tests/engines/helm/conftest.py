# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Helm itself, and the places from which it fetches charts: a repository, and a registry with a login."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._lab.pki import _Authority

from tests.support.helm import GREETER, NotedHelm, noted_helm
from tests.support.packages import unpacked
from tests.support.registry import PACKAGE, PASSWORD, PROGRAM, USER, serving


@pytest.fixture(scope="session")
def shared_helm(tmp_path_factory: pytest.TempPathFactory) -> NotedHelm:
    return noted_helm(tmp_path_factory.mktemp("helm"))


@pytest.fixture
def helm(shared_helm: NotedHelm) -> NotedHelm:
    shared_helm.forget()
    return shared_helm


@pytest.fixture(scope="session")
def archive(shared_helm: NotedHelm, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small chart, as it is published."""
    shelf = tmp_path_factory.mktemp("shelf") / "stable"
    shared_helm.run("package", GREETER, "--destination", shelf)
    [made] = shelf.iterdir()
    return made


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_said: object) -> None:
        pass


@pytest.fixture(scope="session")
def repository(shared_helm: NotedHelm, archive: Path) -> Iterator[str]:
    """The address of a repository, which helm knows by the name ``stable`` too."""
    handler = partial(Quiet, directory=str(archive.parents[1]))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/{archive.parent.name}"
        shared_helm.run("repo", "index", archive.parent, "--url", address)
        shared_helm.run("repo", "add", "stable", address)
        yield address
        server.shutdown()


@dataclass(frozen=True)
class Registry:
    address: str
    authority: Path
    """Who signed its certificate."""


@pytest.fixture(scope="session")
def registry(
    shared_helm: NotedHelm, archive: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Registry]:
    try:
        program = unpacked("registry", [PACKAGE]) / PROGRAM
    except (subprocess.CalledProcessError, OSError) as error:
        pytest.skip(f"not run: a registry cannot be had here ({error})")
    home = tmp_path_factory.mktemp("registry")
    authority = _Authority.create(home, "ca")
    authority.issue("server", "server", server_names=["127.0.0.1"])
    tls = {"certificate": str(home / "server.crt"), "key": str(home / "server.key")}
    trusted = home / "ca.crt"
    with serving(program, home, tls=tls) as address:
        login = ("--username", USER, "--password-stdin", "--ca-file", trusted)
        shared_helm.run("registry", "login", address, *login, given=PASSWORD)
        shared_helm.run("push", archive, f"oci://{address}/charts", "--ca-file", trusted)
        yield Registry(address, trusted)
