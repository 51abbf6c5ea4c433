# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An export as one archive, byte for byte the same for the same content."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

from .directory import PRIVATE, PUBLIC, write_whole
from .export import Export


def write_tarball(export: Export, dest: Path, *, private: bool, check_mode: bool) -> bool:
    """Writes the archive; its one top directory carries the export's version. Returns whether it differed."""
    mode = PRIVATE if private else PUBLIC
    content = _archive(export, mode)
    if dest.exists() and dest.read_bytes() == content:
        return False
    if not check_mode:
        write_whole(dest, content, mode)
    return True


def _archive(export: Export, mode: int) -> bytes:
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, filename="") as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for path, text in export.files.items():
            data = text.encode()
            member = tarfile.TarInfo(f"manifests-{export.version}/{path}")
            member.size, member.mode = len(data), mode
            archive.addfile(member, io.BytesIO(data))
    return buffer.getvalue()
