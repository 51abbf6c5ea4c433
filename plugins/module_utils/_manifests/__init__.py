# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan as files: what a live run would apply, for GitOps or for reading."""

from __future__ import annotations

from .directory import NotOurs, shown, write_directory
from .export import Export, export
from .tarball import write_tarball

__all__ = ["Export", "NotOurs", "export", "shown", "write_directory", "write_tarball"]
