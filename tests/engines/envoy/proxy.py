# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A process of Envoy with a given configuration."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 20


@dataclass(frozen=True)
class Envoy:
    program: Path

    def complaint(self, configuration: Mapping[str, Any]) -> str:
        """What Envoy has against a configuration; nothing is empty."""
        done = subprocess.run(
            [self.program, "--mode", "validate", "--config-yaml", json.dumps(configuration)],
            capture_output=True,
            text=True,
            check=False,
        )
        return "" if done.returncode == 0 else done.stderr

    @contextmanager
    def running(self, configuration: Mapping[str, Any], port: int, folder: Path) -> Iterator[Door]:
        log = (folder / "envoy.log").open("w+")
        process = subprocess.Popen(
            [
                self.program,
                *("--config-yaml", json.dumps(configuration)),
                *("--concurrency", "1", "--disable-hot-restart", "--log-level", "warning"),
            ],
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            end = time.monotonic() + PATIENCE
            while socket.socket().connect_ex(("127.0.0.1", port)):
                assert process.poll() is None, (folder / "envoy.log").read_text()
                assert time.monotonic() < end, "Envoy does not listen"
                time.sleep(0.05)
            yield Door(port)
        finally:
            process.terminate()
            process.wait()
            log.close()


@dataclass(frozen=True)
class Door:
    """Where clients come in."""

    port: int

    def status(self, path: str, *, host: str = "llm.example", login: str | None = None) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Host": host}
        if login is not None:
            headers["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
        try:
            connection.request("GET", path, headers=headers)
            return connection.getresponse().status
        finally:
            connection.close()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
