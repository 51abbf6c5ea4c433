# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prometheus and its promtool: of this machine, else of Debian's package, unpacked and not installed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from tests.support.packages import unpacked

PACKAGE = "prometheus"
PROGRAMS = ("prometheus", "promtool")


@dataclass(frozen=True)
class Prometheus:
    server: Path
    promtool: Path


def install() -> Prometheus:
    """Raises OSError or CalledProcessError where it is not here and cannot be had."""
    found = [shutil.which(name) for name in PROGRAMS]
    if all(found):
        return Prometheus(*(Path(str(path)) for path in found))
    files = unpacked(PACKAGE, [PACKAGE])
    return Prometheus(*(files / "usr" / "bin" / name for name in PROGRAMS))
