# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Directories on their way into a bucket."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .._fleet import Store


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One directory, and where its files belong."""

    origin: str
    """Where the inventory or the task asks for it."""
    store: Store
    path: str
    """Bucket and path."""
    source: Path
    models: tuple[str, ...] | None = None
    """Directories of a repository for Triton that go there; None: all of the source, which is one model."""

    @cached_property
    def files(self) -> dict[str, int]:
        """Path below the source to size. Links count as what they lead to; hidden directories stay here."""
        tops = [self.source / model for model in self.models] if self.models else [self.source]
        return {str(path.relative_to(self.source)): path.stat().st_size for path in _files(tops)}

    def owns(self, path: str) -> bool:
        """Whether a file at this path below the destination would be of this upload."""
        return self.models is None or path.partition("/")[0] in self.models


def _files(tops: list[Path]) -> Iterator[Path]:
    for top in tops:
        for folder, below, names in os.walk(top, followlinks=True):
            below[:] = sorted(name for name in below if not name.startswith("."))
            yield from (Path(folder, name) for name in sorted(names))
