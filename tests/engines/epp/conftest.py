# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real endpoint picker, built once from its Go module into the cache of this user: some minutes.

It is that of the inference extension, from which llm-d's own grew; llm-d's is published as an image only.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._lab import build
from ansible_collections.inferops.serving.plugins.module_utils._lab.config import Config, LabError

from tests.engines.envoy.conftest import envoy
from tests.integration.conftest import lab
from tests.support.lab import SOURCES

__all__ = ["envoy", "lab"]

PICKER = build.Binary("gie-epp", "epp", "sigs.k8s.io/gateway-api-inference-extension/cmd/epp")


def made(binary: build.Binary, sources: Path, folder: Path) -> Path:
    config = Config(directory=folder, sources=sources)
    if (found := build._cached(config, binary)) is not None:
        return found
    if build.go_version() is None:
        pytest.skip(f"not run: {binary.name} is not built yet, and there is no Go here to build it")
    try:
        return build._build(config, binary, print)
    except LabError as error:
        pytest.skip(f"not run: {binary.name} cannot be built here ({error})")


@pytest.fixture(scope="session")
def picker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(PICKER, Path(__file__).parent, tmp_path_factory.mktemp("epp"))


@pytest.fixture(scope="session")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(build.BINARIES["llm-d-inference-sim"], SOURCES, tmp_path_factory.mktemp("sim"))
