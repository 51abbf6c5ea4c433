# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that tests run, built once from pinned Go modules into the cache of this user: minutes each."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.pins import pinned
from ansible_collections.inferops.serving.plugins.module_utils._lab import build
from ansible_collections.inferops.serving.plugins.module_utils._lab.config import Config, LabError

TESTS = Path(__file__).parents[1]
NFD_SOURCES = TESTS / "integration" / "components"
_NFD = "sigs.k8s.io/node-feature-discovery"
NFD = {
    name: build.Binary(
        name,
        "nfd",
        f"{_NFD}/cmd/{name}",
        variables=(
            f"{_NFD}/pkg/version.version=v{pinned('nfd', 'current')}",
            f"{_NFD}/pkg/utils/hostpath.pathPrefix=host-",  # its image has /host-: ours are relative
        ),
    )
    for name in ("nfd-master", "nfd-worker", "nfd-gc")
}


def built(binary: build.Binary, sources: Path, say: Callable[[str], None] = print) -> Path:
    """Raises LabError where it cannot be built."""
    config = Config(directory=Path("unused"), sources=sources)
    if (found := build._cached(config, binary)) is not None:
        return found
    if build.go_version() is None:
        raise LabError(f"{binary.name} is not built yet, and there is no Go here to build it")
    return build._build(config, binary, say)


def program(binary: build.Binary, sources: Path, say: Callable[[str], None] = print) -> Path:
    """Skips the test where it cannot be built."""
    try:
        return built(binary, sources, say)
    except LabError as error:
        pytest.skip(f"not run: {binary.name} cannot be built here ({error})")
