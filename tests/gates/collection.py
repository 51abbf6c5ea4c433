# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection as it would be released, for the tools that insist on its place in a tree of collections."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from . import COPY, ROOT

AT_HOME = re.compile(r"\.collections/|prod$|staging$|tools/|tests/(?!config\.yml|sanity/)")
"""What serves work on the collection only; build_ignore of galaxy.yml leaves it out of the tarball too."""


def stage() -> None:
    """Copies what git knows (new files too) below ``.build`` and makes a repository of it."""
    shutil.rmtree(COPY, ignore_errors=True)
    for name in _git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).split("\0"):
        source = ROOT / name
        if not name or AT_HOME.match(name) or not (source.exists() or source.is_symlink()):
            continue
        target = COPY / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target, follow_symlinks=False)
    _git("init", "--quiet", cwd=COPY)
    _git("add", "--all", cwd=COPY)


def _git(*arguments: str, cwd: Path) -> str:
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout
