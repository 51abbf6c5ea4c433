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
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._lab.pki import _Authority

from tests.support.playbook import ROOT

ACCESS, SECRET = "AKIAtopsecret", "SKtopsecret"
GUEST = "AKIAguesttopsecret"
"""Access key of an account without rights."""
REGION = "ru-7"
"""The only one that the server takes."""
PATIENCE = 30
GLANCE = 0.02
"""Seconds between two looks at the processes of this machine; a run of rclone takes ten times as long."""
MODULE = "ansible_collections.inferops.serving.plugins.modules.object_store"


@dataclass(frozen=True)
class Server:
    endpoint: str
    root: Path
    """Its buckets, as directories."""
    ca: Path
    """The authority behind its certificate."""

    def bucket(self, name: str) -> Path:
        path = self.root / name
        path.mkdir()
        return path


@contextmanager
def serving(gateway: Path, folder: Path) -> Iterator[Server]:
    """A gateway that tells regions and rights apart, with a certificate that nobody trusts yet."""
    for name in ("root", "meta", "accounts", "pki"):
        (folder / name).mkdir()
    authority = _Authority.create(folder / "pki", "ca")
    authority.issue("server", "server", server_names=["127.0.0.1"])
    guest = {"access": GUEST, "secret": SECRET, "role": "user", "userID": 0, "groupID": 0, "projectID": 0}
    accounts = json.dumps({"accessAccounts": {GUEST: guest}})
    (folder / "accounts" / "users.json").write_text(accounts, encoding="utf-8")
    address = _free_address()
    where = ["--sidecar", folder / "meta", folder / "root"]
    given = {
        "VGW_PORT": address,
        "VGW_REGION": REGION,
        "VGW_CERT": str(folder / "pki/server.crt"),
        "VGW_KEY": str(folder / "pki/server.key"),
        "VGW_IAM_DIR": str(folder / "accounts"),
        "ROOT_ACCESS_KEY_ID": ACCESS,
        "ROOT_SECRET_ACCESS_KEY": SECRET,
    }
    with _running([gateway, "--quiet", "posix", *where], given, address):
        yield Server(endpoint=f"https://{address}", root=folder / "root", ca=folder / "pki/ca.crt")


def _free_address() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{free.getsockname()[1]}"


@contextmanager
def _running(command: Sequence[str | Path], environ: dict[str, str], address: str) -> Iterator[None]:
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env={**os.environ, **environ}, **silent) as process:
        try:
            _wait(address)
            yield
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
    output: str

    @property
    def result(self) -> dict[str, Any]:
        return dict(json.loads(self.output.splitlines()[-1]))

    @property
    def upload(self) -> dict[str, Any]:
        """Of the only one."""
        (upload,) = self.result["uploads"]
        return dict(upload)


def run_module(
    options: dict[str, Any],
    scratch: Path,
    *,
    check: bool = False,
    meanwhile: Callable[[], None] | None = None,
) -> Ended:
    """The module as a process of its own; *meanwhile* is called again and again while it runs."""
    extra = {"_ansible_check_mode": check, "_ansible_diff": True, "_ansible_remote_tmp": str(scratch)}
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output, tempfile.TemporaryFile("w+") as given:
        json.dump({"ANSIBLE_MODULE_ARGS": {**options, **extra}}, given)
        given.seek(0)
        with subprocess.Popen(
            [sys.executable, "-m", MODULE],
            env={**os.environ, "PYTHONPATH": str(ROOT / ".collections")},
            stdin=given,
            stdout=output,
            stderr=subprocess.STDOUT,
        ) as process:
            while meanwhile is not None and process.poll() is None:
                meanwhile()
                time.sleep(GLANCE)
        output.seek(0)
        return Ended(output.read())


def command_lines() -> set[str]:
    """Of all processes of this machine."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # gone meanwhile
            found.add(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return found


def inventory(*stores: dict[str, Any], models: Sequence[dict[str, Any]], **given: Any) -> dict[str, Any]:
    keys = {"name": "keys", "kind": "s3", "access_key": ACCESS, "secret_key": SECRET}
    return {
        "llm_secrets": given.pop("secrets", [keys]),
        "llm_stores": list(stores),
        "llm_models": list(models),
        "llm_serving": given.pop("services", []),
        **given,
    }
