# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An export as a directory of files."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .export import SECRETS, Export

INDEX = ".inferops-manifests"
"""Names the files that are ours, so that a later run removes what is no longer rendered and only that."""

PRIVATE = 0o600
PUBLIC = 0o644


class NotOurs(Exception):
    """A file that somebody else wrote stands where one of ours belongs."""


def write_directory(export: Export, dest: Path, *, private: bool, check_mode: bool) -> list[dict[str, str]]:
    """Makes the files under *dest* those of the export. Returns the differences, one for each file.

    With *private* only the owner may read the files. Raises NotOurs, before anything is written.
    """
    ours = set(_indexed(dest))
    wanted = {**export.files, INDEX: "".join(f"{path}\n" for path in sorted(export.files))}
    foreign = [path for path in export.files if path not in ours and (dest / path).exists()]
    if foreign:
        raise NotOurs(
            f"{dest / foreign[0]} was not written by this module ({len(foreign)} such files). "
            "Name an empty directory, or remove the files."
        )
    differences = list(_differences(dest, wanted, stale=sorted(ours - set(wanted))))
    if check_mode:
        return differences
    for difference in differences:
        path = Path(difference["after_header"])
        if difference["after"]:
            write_whole(path, difference["after"].encode(), PRIVATE if private else PUBLIC)
        else:
            path.unlink()
            _remove_if_empty(path.parent, dest)
    return differences


def shown(differences: list[dict[str, str]]) -> list[dict[str, str]]:
    """The differences without those of files with credentials."""
    return [one for one in differences if Path(one["after_header"]).parent.name != SECRETS]


def _indexed(dest: Path) -> list[str]:
    index = dest / INDEX
    return index.read_text(encoding="utf-8").splitlines() if index.exists() else []


def _differences(dest: Path, wanted: dict[str, str], *, stale: list[str]) -> Iterator[dict[str, str]]:
    for relative, text in [*wanted.items(), *((path, "") for path in stale)]:
        path = dest / relative
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        if before != text:
            yield {"before_header": str(path), "after_header": str(path), "before": before, "after": text}


def write_whole(path: Path, content: bytes, mode: int) -> None:
    """All or nothing, and with the right mode from the first byte on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".")
    with os.fdopen(handle, "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(content)
    Path(temporary).replace(path)


def _remove_if_empty(directory: Path, top: Path) -> None:
    if directory != top and not any(directory.iterdir()):
        directory.rmdir()
