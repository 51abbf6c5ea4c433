# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real rclone, and a server of buckets that minds signatures, regions and rights."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._lab import build

from tests.engines.rclone.bucket import Server, serving
from tests.support.programs import program
from tests.support.rclone import installed

GATEWAY = build.Binary("versitygw", "versitygw", "github.com/versity/versitygw/cmd/versitygw")


@pytest.fixture(scope="session")
def rclone() -> Path:
    try:
        return installed(print)
    except (subprocess.CalledProcessError, OSError) as error:
        pytest.skip(f"not run: rclone cannot be installed here ({error})")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    built = program(GATEWAY, Path(__file__).parent)
    with serving(built, tmp_path_factory.mktemp("buckets")) as started:
        yield started
