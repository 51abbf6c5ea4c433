# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real tritonserver on loopback, started with the arguments and the environment of a rendered container."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sysconfig
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.environment import PIP, environment, run

BACKEND = Path(__file__).parent / "standin_backend.py"
PATIENCE = 90


@dataclass(frozen=True)
class Installation:
    """Where the virtual environment with Triton and the S3 server lies."""

    home: Path

    @property
    def bin(self) -> Path:
        return self.home / "venv" / "bin"

    @property
    def packages(self) -> Path:
        version = sysconfig.get_python_version()
        return self.home / "venv" / "lib" / f"python{version}" / "site-packages"

    @property
    def triton(self) -> Path:
        return self.packages / "pytriton" / "tritonserver"

    @property
    def backends(self) -> Path:
        return self.home / "backends"


def install(requirements: Path) -> Installation:
    """Raises CalledProcessError where the packages cannot be had."""

    def make(home: Path) -> None:
        made = Installation(home)
        pinned = ["install", "--no-deps", "--requirement", requirements]
        run([made.bin / "python", *PIP, *pinned], "triton: installing it", print)
        # Triton refuses a backend's library behind a link, and a wheel keeps no mode bits.
        python = made.backends / "python"
        shutil.copytree(made.triton / "backends" / "python", python)
        stub = made.triton / "python_backend_stubs" / sysconfig.get_python_version()
        shutil.copy(stub / "triton_python_backend_stub", python)
        (python / "triton_python_backend_stub").chmod(0o755)
        (made.triton / "bin" / "tritonserver").chmod(0o755)
        (made.backends / "vllm").mkdir()
        shutil.copy(BACKEND, made.backends / "vllm" / "model.py")

    return Installation(environment("triton", keyed_by=[requirements, BACKEND], make=make, say=print))


class Triton:
    def __init__(self, process: subprocess.Popen[str], port: int, log: Path) -> None:
        self._process = process
        self._port = port
        self._log = log

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def ask(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The answer as JSON; None where it is empty. Raises HTTPError."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self._port}{path}", data=data)
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
            text = answer.read()
        return json.loads(text) if text else None

    def wait_until_ready(self) -> None:
        """Raises AssertionError with the log where the server ends or stays unready."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and not self.ended:
            try:
                self.ask("/v2/health/ready")
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.2)
            else:
                return
        raise AssertionError(f"Triton is not ready:\n{self.log[-3000:]}")

    def wait_until_ended(self) -> None:
        self._process.wait(PATIENCE)


@contextmanager
def running(
    installation: Installation,
    *,
    args: Sequence[str],
    env: Mapping[str, str],
    fields: Sequence[str],
    log: Path,
) -> Iterator[Triton]:
    """Triton with these arguments; *fields* are those that vLLM's AsyncEngineArgs has."""
    http, grpc, metrics = free_ports(3)
    loopback = [f"--{name}-address=127.0.0.1" for name in ("http", "grpc", "metrics")]
    ports = {"--http-port": http, "--grpc-port": grpc, "--metrics-port": metrics}
    kept = [each for each in args if each.partition("=")[0] not in ports]
    libraries = [installation.packages / "nvidia_pytriton.libs", sysconfig.get_config_var("LIBDIR")]
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [
                str(installation.triton / "bin" / "tritonserver"),
                f"--backend-directory={installation.backends}",
                *loopback,
                *(f"{name}={number}" for name, number in ports.items()),
                *kept,
            ],
            stdout=output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            env={
                **env,
                "PATH": f"{installation.bin}{os.pathsep}{os.environ['PATH']}",
                "LD_LIBRARY_PATH": os.pathsep.join(map(str, libraries)),
                "VLLM_FIELDS": " ".join(fields),
            },
        )
        try:
            yield Triton(process, http, log)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def bucket_server(installation: Installation, log: Path) -> Iterator[str]:
    """An S3 server on loopback; its URL."""
    (port,) = free_ports(1)
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            [str(installation.bin / "moto_server"), "-H", "127.0.0.1", "-p", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports
