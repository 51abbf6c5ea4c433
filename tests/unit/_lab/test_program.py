# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The copy of the keeper that a lab gets runs by itself."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ansible_collections.inferops.serving.plugins.module_utils._lab import program
from ansible_collections.inferops.serving.plugins.module_utils._lab.config import Config, Controllers


def config(directory: Path, **options: object) -> Config:
    return Config(directory=directory, sources=directory, **options)  # type: ignore[arg-type]


def test_the_copy_needs_nothing_of_the_collection(tmp_path: Path) -> None:
    made = program.process(config(tmp_path), Path("sim"))
    command = [made.argv[0], "-S", *made.argv[1:3], "--help"]
    done = subprocess.run(
        command, cwd="/", env=dict(made.environment), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "--simulator" in done.stdout


def test_the_same_lab_has_the_same_keeper(tmp_path: Path) -> None:
    assert (
        program.process(config(tmp_path), Path("sim")).argv
        == program.process(config(tmp_path), Path("sim")).argv
    )


def test_the_gateway_is_a_switch(tmp_path: Path) -> None:
    made = program.process(config(tmp_path, controllers=Controllers(gateway=True)), Path("sim"))
    assert "--gateway" in made.argv
