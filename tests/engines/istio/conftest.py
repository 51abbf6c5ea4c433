# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""istioctl, built once from its Go module into the cache of this user: some minutes."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._lab import build
from ansible_collections.inferops.serving.plugins.module_utils._lab.config import Config, LabError

ISTIOCTL = build.Binary("istioctl", "istioctl", "istio.io/istio/istioctl/cmd/istioctl")


@pytest.fixture(scope="session")
def istioctl(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    config = Config(directory=tmp_path_factory.mktemp("istioctl"), sources=Path(__file__).parent)
    if (found := build._cached(config, ISTIOCTL)) is not None:
        return found
    if build.go_version() is None:
        pytest.skip("not run: istioctl is not built yet, and there is no Go here to build it")
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")

    def say(news: str) -> None:
        with capture.global_and_fixture_disabled():
            print(news, flush=True)

    try:
        return build._build(config, ISTIOCTL, say)
    except LabError as error:
        pytest.skip(f"not run: istioctl cannot be built here ({error})")
