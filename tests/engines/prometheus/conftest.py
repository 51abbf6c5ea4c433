# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import subprocess

import pytest

from tests.engines.prometheus.installation import Prometheus, install


@pytest.fixture(scope="session")
def prometheus() -> Prometheus:
    try:
        return install()
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"not run: Prometheus is not here, and Debian's package cannot be had ({error})")
