# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of an upload is in the bucket already."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .rclone import Object
from .upload import Upload


@dataclass(frozen=True, kw_only=True)
class Comparison:
    upload: Upload
    there: Mapping[str, Object]
    """What lies below the destination, of others too."""
    new: tuple[str, ...]
    changed: tuple[str, ...]
    extra: tuple[str, ...]
    """Files of the upload's models that are no longer in its source."""

    @property
    def due(self) -> tuple[str, ...]:
        """What has to be sent."""
        return (*self.new, *self.changed)

    @property
    def size(self) -> int:
        """Bytes to send."""
        return sum(self.upload.files[path] for path in self.due)

    @property
    def unchanged(self) -> int:
        return len(self.upload.files) - len(self.due)


def compare(upload: Upload, there: Mapping[str, Object]) -> Comparison:
    """By checksum, which is reckoned only where the sizes agree. A file whose checksum the server does not
    know counts as changed: once sent from here it is known."""
    return Comparison(
        upload=upload,
        there=there,
        new=tuple(path for path in upload.files if path not in there),
        changed=tuple(
            path
            for path, size in upload.files.items()
            if path in there and not _same(upload.source / path, size, there[path])
        ),
        extra=tuple(path for path in there if upload.owns(path) and path not in upload.files),
    )


def _same(path: Path, size: int, there: Object) -> bool:
    return size == there.size and bool(there.md5) and _md5(path) == there.md5


def _md5(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
