# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prometheus and its promtool: of this machine, else of Debian's package, unpacked and not installed."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ansible_collections.inferops.serving.plugins.module_utils._lab.build import locked
from ansible_collections.inferops.serving.plugins.module_utils._lab.config import default_cache

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
    home = default_cache().parent / "prometheus"
    with locked(home.with_name(".prometheus.lock"), print):
        if not (home / "complete").exists():
            shutil.rmtree(home, ignore_errors=True)
            _unpack(home)
            (home / "complete").touch()
    return Prometheus(*(home / "package" / "usr" / "bin" / name for name in PROGRAMS))


def _unpack(home: Path) -> None:
    """No service is started, and no right is needed: the package's own scripts do not run."""
    (home / "lists" / "partial").mkdir(parents=True)
    places = ["-o", f"Dir::State::Lists={home / 'lists'}", "-o", f"Dir::Cache={home}"]
    quiet = ["apt-get", "-qq", "-o", "APT::Sandbox::User=", *places]
    _run([*quiet, "update"], home)
    _run([*quiet, "download", PACKAGE], home)
    (archive,) = home.glob(f"{PACKAGE}_*.deb")
    _run(["dpkg-deb", "--extract", str(archive), str(home / "package")], home)
    shutil.rmtree(home / "lists")
    archive.unlink()


def _run(command: list[str], home: Path) -> None:
    subprocess.run(command, cwd=home, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
