# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real vLLM in the cache of this user: 0.9 GB to fetch and some minutes, once."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from tests.engines.vllm.installation import Installation, install

WHEELS = ("Linux", "x86_64", (3, 11))
"""What the pinned packages are made for."""


@pytest.fixture(scope="session")
def installation(pytestconfig: pytest.Config) -> Installation:
    here = (platform.system(), platform.machine(), sys.version_info[:2])
    if here != WHEELS:
        pytest.skip(f"not run: vLLM is pinned for Python 3.11 on Linux on x86-64, and this is {here}")
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")

    def say(news: str) -> None:
        with capture.global_and_fixture_disabled():
            print(news, flush=True)

    try:
        return install(say)
    except (subprocess.CalledProcessError, OSError) as error:
        pytest.skip(f"not run: vLLM cannot be installed here ({error})")
