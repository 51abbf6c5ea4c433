# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Labs for tests."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.inferops.serving.plugins.module_utils import _lab
from ansible_collections.inferops.serving.plugins.module_utils._lab import argspec, build, processes, snapshot

from tests.support.helm import HELM, HELM_SOURCES
from tests.support.programs import NFD, NFD_SOURCES, built

ROLE = Path(__file__).resolve().parents[2] / "roles" / "lab"
SOURCES = ROLE / "files"


@dataclass(frozen=True)
class Lab:
    """A cluster that other tests use at the same time."""

    kubeconfig: Path

    def namespace(self, prefix: str) -> str:
        """Makes a namespace of its own for one test and returns its name."""
        name = f"{prefix}-{uuid.uuid4().hex[:6]}"
        self.core.create_namespace({"metadata": {"name": name}})
        return name

    @property
    def core(self) -> Any:
        """The typed client of the core API."""
        from kubernetes import client

        return client.CoreV1Api(self.client)

    @property
    def client(self) -> Any:
        """A client with all rights."""
        from kubernetes import config

        return config.new_client_from_config(str(self.kubeconfig))


@dataclass(frozen=True)
class OwnLab(Lab):
    """A cluster that one test has for itself: its processes may be ended and started again."""

    config: _lab.Config

    def stop(self, name: str) -> None:
        """Ends one process, as a fault would."""
        processes.stop(self.config.directory, [name])

    def start(self, name: str) -> None:
        """Starts whatever of the lab does not run; `name` is what the test misses."""
        _lab.up(self.config, print)
        assert name in processes.running(self.config.directory)


def config(directory: Path, **options: Any) -> _lab.Config:
    """A lab as the module's options describe it, with the nodes of the role, on free ports."""
    nodes = yaml.safe_load((ROLE / "defaults/main.yml").read_text())["lab_nodes"]
    given = {
        "dir": str(directory),
        "sources": str(SOURCES),
        "port": snapshot.free_port(),
        "nodes": nodes,
        **options,
    }
    # the validator writes into defaults
    checked = ArgumentSpecValidator(deepcopy(argspec.ARGUMENT_SPEC)).validate(given)
    assert not checked.error_messages, checked.error_messages
    return argspec.config(checked.validated_parameters)


def build_programs() -> None:
    """Builds whatever the lab of any test runs, NFD and helm, so that no test waits for a compiler."""
    everything = dict.fromkeys(argspec.CONTROLLERS, True)
    build.binaries(config(Path("lab"), controllers=everything), print)
    for binary in NFD.values():
        built(binary, NFD_SOURCES)
    built(HELM, HELM_SOURCES)


@contextmanager
def running(directory: Path, **options: Any) -> Iterator[OwnLab]:
    """A lab that is removed at the end, whatever happened."""
    wanted = config(directory, **options)
    try:
        _lab.up(wanted, print)
        yield OwnLab(wanted.kubeconfig, wanted)
    finally:
        _lab.remove(directory)


def eventually(check: Callable[[], bool], *, seconds: float = 60) -> None:
    """Fails unless `check` becomes true in time."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, f"did not happen within {seconds} s"
        time.sleep(0.1)


def pod(name: str, *, image: str = "app:1", annotations: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A pod of one container; `annotations` are those of the lab, without their prefix."""
    named = {f"sim.lab/{key}": value for key, value in (annotations or {}).items()}
    return {
        "metadata": {"name": name, "annotations": named},
        "spec": {"containers": [{"name": "main", "image": image}]},
    }
