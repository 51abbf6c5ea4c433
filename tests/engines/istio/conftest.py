# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""istioctl, built once from its Go module into the cache of this user: some minutes."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._lab import build

from tests.support.programs import program

ISTIOCTL = build.Binary("istioctl", "istioctl", "istio.io/istio/istioctl/cmd/istioctl")


@pytest.fixture(scope="session")
def istioctl(pytestconfig: pytest.Config) -> Path:
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")

    def say(news: str) -> None:
        with capture.global_and_fixture_disabled():
            print(news, flush=True)

    return program(ISTIOCTL, Path(__file__).parent, say)
