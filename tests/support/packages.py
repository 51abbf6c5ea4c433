# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages of Debian in the cache of this user, unpacked or as a repository, and never installed: their
scripts do not run, nothing of this machine changes, and no right is needed."""

from __future__ import annotations

import hashlib
import lzma
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from ansible_collections.inferops.serving.plugins.module_utils._lab.build import fingerprint, locked
from ansible_collections.inferops.serving.plugins.module_utils._lab.config import default_cache

ALONE = ("download",)
WITH_WHAT_IS_MISSING = ("install", "--download-only", "--no-install-recommends", "--no-upgrade")
"""And all that they depend on, but for what this machine has already."""
MERGED = ("bin", "lib", "lib64", "sbin")
"""Directories that are links into /usr on Debian, whatever the packages say."""


def unpacked(name: str, packages: Sequence[str], *, fetch: Sequence[str] = ALONE) -> Path:
    """The directory with their files. Raises OSError or CalledProcessError where they cannot be had."""
    return _fetched(name, packages, fetch, _unpack) / "files"


def repository(name: str, packages: Sequence[str]) -> Path:
    """The directory of a repository from which a machine like this one can install them. Raises as above."""
    return _fetched(name, packages, WITH_WHAT_IS_MISSING, _index) / "archives"


def _fetched(
    name: str, packages: Sequence[str], fetch: Sequence[str], finish: Callable[[Path], None]
) -> Path:
    key = fingerprint([Path("/etc/os-release")], *packages, *fetch)
    home = default_cache().parent / name / key
    with locked(home.with_name(f".{key}.lock"), print):
        if not (home / "complete").exists():
            shutil.rmtree(home, ignore_errors=True)
            _fetch(home, packages, fetch)
            finish(home)
            (home / "complete").touch()
    return home


def _fetch(home: Path, packages: Sequence[str], fetch: Sequence[str]) -> None:
    lists, archives = home / "lists", home / "archives"
    for folder in (lists, archives):
        (folder / "partial").mkdir(parents=True)
    places = ["-o", f"Dir::State::Lists={lists}", "-o", f"Dir::Cache={home}", "-o", "Debug::NoLocking=1"]
    quiet = ["apt-get", "-qq", "--yes", "-o", "APT::Sandbox::User=", *places]
    _run([*quiet, "update"], archives)
    _run([*quiet, *fetch, *packages], archives)
    shutil.rmtree(lists)


def _unpack(home: Path) -> None:
    files, archives = home / "files", home / "archives"
    for name in MERGED:
        (files / "usr" / name).mkdir(parents=True)
        (files / name).symlink_to(f"usr/{name}")
    for archive in archives.glob("*.deb"):
        content = home / "content.tar"
        with content.open("wb") as file:
            subprocess.run(["dpkg-deb", "--fsys-tarfile", str(archive)], stdout=file, check=True)
        _run(["tar", "--extract", "--keep-directory-symlink", "--no-same-owner", f"--file={content}"], files)
        content.unlink()
    shutil.rmtree(archives)


def _index(home: Path) -> None:
    archives = home / "archives"
    for archive in archives.glob("*%*.deb"):
        archive.rename(archives / archive.name.replace("%", "_"))  # apt would decode it
    entries = [_entry(archive) for archive in archives.glob("*.deb")]
    (archives / "Packages.xz").write_bytes(lzma.compress("\n".join(entries).encode()))


def _entry(archive: Path) -> str:
    field = ["dpkg-deb", "--field", str(archive)]
    control = subprocess.run(field, capture_output=True, text=True, check=True).stdout
    content = archive.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    return f"{control}Filename: {archive.name}\nSize: {len(content)}\nSHA256: {digest}\n"


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
