# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Timer
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply.diagnosis import Diagnosis
from ansible_collections.inferops.serving.plugins.module_utils._apply.wait import (
    wait_until_gone,
    wait_until_ready,
)
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect

from tests.support.lab import OwnLab, running

Object = dict[str, Any]

PROMISE = 5.0
"""Seconds from the moment when trouble is visible to the end of the wait."""
ALLOWANCE = 3.0
"""API times are whole seconds, and the machine may be busy."""


@dataclass
class Verdict:
    diagnoses: list[Diagnosis]
    lines: list[str]
    took: float
    ended: float = field(default_factory=time.time)

    @property
    def only(self) -> Diagnosis:
        assert len(self.diagnoses) == 1, self.diagnoses
        return self.diagnoses[0]

    @property
    def codes(self) -> list[str]:
        return [one.code for one in self.diagnoses]

    def came_promptly(self) -> bool:
        """Within the promise after the trouble became visible in the API."""
        visible = datetime.fromisoformat(self.only.since.replace("Z", "+00:00")).timestamp()
        return self.ended - visible < PROMISE + ALLOWANCE


@dataclass
class Ground:
    """A namespace of a test, and a wait to be tried in it."""

    client: Client
    namespace: str
    kubeconfig: Path = Path()

    def apply(self, *objects: Object) -> list[Object]:
        return [self.client.apply(self.placed(obj)) for obj in objects]

    def wait(self, *objects: Object, seconds: float = 40) -> Verdict:
        """Applies the objects and waits for them."""
        return self.wait_for(self.apply(*objects), seconds=seconds)

    def wait_for(self, objects: list[Object], *, seconds: float = 40) -> Verdict:
        return self._timed(wait_until_ready, objects, seconds)

    def wait_until_gone(self, objects: list[Object], *, seconds: float = 40) -> Verdict:
        return self._timed(wait_until_gone, objects, seconds)

    def pods(self, app: str | None = None) -> list[Object]:
        selector = f"app={app}" if app else None
        return self.client.list("v1", "Pod", namespace=self.namespace, label_selector=selector)

    def eventually(self, check: Callable[[], Any], *, seconds: float = 20) -> Any:
        end = time.monotonic() + seconds
        while not (found := check()):
            assert time.monotonic() < end, "it never came true"
            time.sleep(0.1)
        return found

    def later(self, seconds: float, action: Callable[[], Any]) -> Timer:
        timer = Timer(seconds, action)
        timer.start()
        return timer

    def placed(self, obj: Object) -> Object:
        return {**obj, "metadata": {"namespace": self.namespace, **obj["metadata"]}}

    def _timed(self, wait: Callable[..., list[Diagnosis]], objects: list[Object], seconds: float) -> Verdict:
        lines: list[str] = []
        start = time.monotonic()
        found = wait(self.client, objects, deadline=start + seconds, progress=lines.append)
        return Verdict(found, lines, time.monotonic() - start)


@pytest.fixture
def ground(lab: Any) -> Iterator[Ground]:
    client = connect({"kubeconfig": str(lab.kubeconfig)})
    namespace = lab.namespace("wait")
    yield Ground(client, namespace, Path(lab.kubeconfig))
    client.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}})


@pytest.fixture(scope="package")
def plain_lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnLab]:
    """A control plane for these tests alone, without other controllers."""
    with running(tmp_path_factory.mktemp("plain-lab")) as made:
        yield made
