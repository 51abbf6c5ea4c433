# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module imports is packed, sent and compiled for every task: none brings a room it never enters."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
MODULES = "ansible_collections.inferops.serving.plugins.modules"
SERVICES = {"_plan", "_engines", "_platforms", "_stores", "_exposure", "_objects", "_rules"}
CLUSTER = {"_apply", "_rollout", "_probe", "_preflight", "_rights", "_sets", "_secrets"}
COMPONENTS = {"_components", "_agents", "_bundles", "_prerequisites"}


@pytest.mark.parametrize(
    ("module", "never_entered"),
    [
        ("apply_set", {*SERVICES, *COMPONENTS, "_fleet", "_catalogue", "_rights", "_sets"}),
        ("component", SERVICES),
        ("bundle", SERVICES),
        ("manifests", {*CLUSTER, *COMPONENTS}),
        ("engine_image", {*CLUSTER, *COMPONENTS}),
        ("secrets", {*COMPONENTS, "_rollout", "_probe"}),
        ("services", {*COMPONENTS, "_probe"}),
        ("services_info", {*COMPONENTS, "_probe", "_preflight"}),
        ("rollback", {*COMPONENTS, "_probe", "_preflight"}),
        ("smoke_test", {*COMPONENTS, *CLUSTER} - {"_probe"}),
    ],
)
def test_a_module_brings_no_room_that_it_never_enters(module: str, never_entered: set[str]) -> None:
    code = f"import {MODULES}.{module}, sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        cwd=REPOSITORY,
        env={"PYTHONPATH": ".collections"},
        capture_output=True,
        text=True,
    )
    rooms = {name.split(".")[5] for name in done.stdout.split() if ".serving.plugins.module_utils." in name}
    assert rooms
    assert not rooms & never_entered
