# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real rclone, and a bucket's server that checks signatures."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.rclone.bucket import Server, serving
from tests.support.rclone import installed


@pytest.fixture(scope="session")
def rclone() -> Path:
    try:
        return installed(print)
    except (subprocess.CalledProcessError, OSError) as error:
        pytest.skip(f"not run: rclone cannot be installed here ({error})")


@pytest.fixture(scope="session")
def server(rclone: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(rclone, tmp_path_factory.mktemp("buckets")) as started:
        yield started
