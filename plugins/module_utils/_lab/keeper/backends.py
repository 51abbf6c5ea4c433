# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes that answer in the place of simulated pods. Pods that serve the same models share one."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..processes import Process, recorded, running, stop
from ..waiting import answers
from . import triton_standin
from .engines import Serving

PREFIX = "answering-"
IDLE_SECONDS = 30.0
START_SECONDS = 30.0
# of a model that names none; the simulator's own default would refuse an ordinary prompt
CONTEXT_LENGTH = 32768


@dataclass(frozen=True)
class Backend:
    """Where a process answers, by the port of the pod that leads to it."""

    name: str
    ports: dict[int, int]


class Backends:
    """Starts a process per distinct set of models and ends those that no pod needs any more."""

    def __init__(self, directory: Path, simulator: str) -> None:
        self._directory, self._simulator = directory, simulator
        self._known: dict[str, tuple[int, ...]] = {}
        self._needed_at: dict[str, float] = {}
        # what an earlier keeper left behind: its ports are not known any more
        self.stop_all()

    def backend(self, serving: Serving, models: tuple[str, ...]) -> Backend:
        """The process that answers for this container; it accepts requests when this returns."""
        facts = (serving.protocol, models, serving.adapters, serving.context_length)
        name = f"{PREFIX}{serving.protocol}-{hashlib.sha256(repr(facts).encode()).hexdigest()[:8]}"
        self._needed_at[name] = time.monotonic()
        if name not in self._known or name not in self.alive():
            self._known[name] = self._start(name, serving, models)
        ports = [serving.port] if serving.metrics_port is None else [serving.port, serving.metrics_port]
        known = dict(zip(ports, self._known[name], strict=True))
        if serving.proxy_port is not None:
            known[serving.proxy_port] = known[serving.port]
        return Backend(name, known)

    def alive(self) -> set[str]:
        """The names of those whose process lives."""
        return {name for name in running(self._directory) if name.startswith(PREFIX)}

    def keep(self, names: Iterable[str]) -> None:
        """Ends every process that was not among the needed ones for a while."""
        now = time.monotonic()
        self._needed_at |= dict.fromkeys(names, now)
        for name in [name for name, since in self._needed_at.items() if now - since > IDLE_SECONDS]:
            stop(self._directory, [name])
            del self._needed_at[name]
            self._known.pop(name, None)

    def stop_all(self) -> None:
        stop(self._directory, [name for name in recorded(self._directory) if name.startswith(PREFIX)])

    def _start(self, name: str, serving: Serving, models: tuple[str, ...]) -> tuple[int, ...]:
        ports = _free_ports(1 if serving.metrics_port is None else 2)
        if serving.protocol == "triton":
            argv = [
                sys.executable,
                "-m",
                triton_standin.__name__,
                f"--http-port={ports[0]}",
                f"--metrics-port={ports[1]}",
            ]
            argv += [f"--model={model}" for model in models]
            path = "/v2/health/live"
        else:
            argv = [self._simulator, *_simulator_arguments(serving, models, ports[0])]
            path = "/health"
        # the stand-in is a module of the program that runs here
        environment = {key: os.environ[key] for key in ("PYTHONPATH",) if key in os.environ}
        Process(name=name, argv=tuple(argv), directory=self._directory, environment=environment).start()
        end = time.monotonic() + START_SECONDS
        while not answers(f"http://127.0.0.1:{ports[0]}{path}"):
            if time.monotonic() > end or name not in running(self._directory):
                raise OSError(f"{name} does not answer; see its log")
            time.sleep(0.05)
        return ports


def _simulator_arguments(serving: Serving, models: tuple[str, ...], port: int) -> list[str]:
    arguments = [
        f"--port={port}",
        "--force-dummy-tokenizer",
        f"--model={models[0]}",
        "--served-model-name",
        *models,
    ]
    if serving.adapters:
        adapters = [json.dumps({"name": name, "path": f"/adapters/{name}"}) for name in serving.adapters]
        arguments += [
            f"--max-loras={len(adapters)}",
            f"--max-cpu-loras={len(adapters)}",
            "--lora-modules",
            *adapters,
        ]
    return [*arguments, f"--max-model-len={serving.context_length or CONTEXT_LENGTH}"]


def _free_ports(count: int) -> tuple[int, ...]:
    sockets = [socket.socket() for _index in range(count)]
    try:
        for opened in sockets:
            opened.bind(("127.0.0.1", 0))
        return tuple(opened.getsockname()[1] for opened in sockets)
    finally:
        for opened in sockets:
            opened.close()
