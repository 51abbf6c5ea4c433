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

from tests.engines.envoy.conftest import envoy
from tests.integration.conftest import lab
from tests.support.lab import SOURCES
from tests.support.programs import program

__all__ = ["envoy", "lab"]

PICKER = build.Binary("gie-epp", "epp", "sigs.k8s.io/gateway-api-inference-extension/cmd/epp")


@pytest.fixture(scope="session")
def picker() -> Path:
    return program(PICKER, Path(__file__).parent)


@pytest.fixture(scope="session")
def simulator() -> Path:
    return program(build.BINARIES["llm-d-inference-sim"], SOURCES)
