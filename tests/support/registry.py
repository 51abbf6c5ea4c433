# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real registry of images and charts on loopback. It takes and gives only to who logs in."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.support.lab import eventually

PACKAGE = "docker-registry"
PROGRAM = "usr/bin/docker-registry"
USER, PASSWORD = "pusher", "a secret"
_HASHED = "$2b$04$y3ZZ8kSXX0RGChkrfLajkO3ZkTHXJk2upn/ACYzTG2A6NBjAt3dGm"
"""The password, as the registry keeps it."""


@contextmanager
def serving(program: Path, directory: Path, *, tls: Mapping[str, str] | None = None) -> Iterator[str]:
    """Its address. ``tls`` names the files with ``certificate`` and ``key``."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    passwords, config = directory / "passwords", directory / "registry.json"
    passwords.write_text(f"{USER}:{_HASHED}\n", encoding="utf-8")
    described = {
        "version": "0.1",
        "storage": {"filesystem": {"rootdirectory": str(directory / "registry")}},
        "http": {"addr": address, **({"tls": dict(tls)} if tls else {})},
        "auth": {"htpasswd": {"realm": "images", "path": str(passwords)}},
    }
    config.write_text(json.dumps(described), encoding="utf-8")
    with (
        (directory / "registry.log").open("wb") as log,
        subprocess.Popen([program, "serve", config], env={}, stdout=log, stderr=log) as process,
    ):
        try:
            eventually(lambda: _answers(address))
            yield address
        finally:
            process.terminate()


def _answers(address: str) -> bool:
    host, _, port = address.partition(":")
    with socket.socket() as line:
        return line.connect_ex((host, int(port))) == 0
