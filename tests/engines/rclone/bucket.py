# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server of buckets on loopback, and the module against it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.playbook import ROOT

ACCESS, SECRET = "AKIAtopsecret", "SKtopsecret"
PATIENCE = 30
GLANCE = 0.02
"""Seconds between two looks at the processes of this machine; a run of rclone takes ten times as long."""
MODULE = "ansible_collections.inferops.serving.plugins.modules.object_store"


@dataclass(frozen=True)
class Server:
    endpoint: str
    root: Path
    """Its buckets, as directories."""

    def bucket(self, name: str) -> Path:
        path = self.root / name
        path.mkdir()
        return path


@contextmanager
def serving(rclone: Path, root: Path) -> Iterator[Server]:
    """rclone's own server, which knows one pair of keys."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [rclone, "serve", "s3", root, "--addr", address, "--auth-key", f"{ACCESS},{SECRET}"]
    # what the server keeps of a directory for itself would hide what a test puts there
    fresh = ["--dir-cache-time", "0s", "--vfs-cache-mode", "off"]
    with subprocess.Popen(
        [*command, *fresh],
        env={**os.environ, "RCLONE_CONFIG": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait(address)
            yield Server(f"http://{address}", root)
        finally:
            process.terminate()


def _wait(address: str) -> None:
    host, _colon, port = address.partition(":")
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex((host, int(port))) == 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"no server at {address}")


@dataclass(frozen=True)
class Ended:
    result: dict[str, Any]
    output: str
    commands: frozenset[str]
    """Command lines of all processes that were seen meanwhile."""

    @property
    def upload(self) -> dict[str, Any]:
        """Of the only one."""
        (upload,) = self.result["uploads"]
        return dict(upload)


def run_module(options: dict[str, Any], scratch: Path, *, check: bool = False) -> Ended:
    """The module as a process of its own, and who was seen while it ran."""
    extra = {"_ansible_check_mode": check, "_ansible_diff": True, "_ansible_remote_tmp": str(scratch)}
    process = subprocess.Popen(
        [sys.executable, "-m", MODULE],
        env={**os.environ, "PYTHONPATH": str(ROOT / ".collections")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": {**options, **extra}}))
    process.stdin.close()
    commands: set[str] = set()
    while process.poll() is None:
        commands |= set(_command_lines())
        time.sleep(GLANCE)
    assert process.stdout is not None
    output = process.stdout.read()
    return Ended(json.loads(output.splitlines()[-1]), output, frozenset(commands))


def _command_lines() -> Iterator[str]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            yield path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # gone meanwhile


def inventory(*stores: dict[str, Any], models: Sequence[dict[str, Any]], **given: Any) -> dict[str, Any]:
    keys = {"name": "keys", "kind": "s3", "access_key": ACCESS, "secret_key": SECRET}
    return {
        "llm_secrets": given.pop("secrets", [keys]),
        "llm_stores": list(stores),
        "llm_models": list(models),
        "llm_serving": given.pop("services", []),
        **given,
    }
