# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""End the processes of every lab below the given folders, and delete those labs.

python tools/stop_labs.py .lab .build
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / ".collections"))

from ansible_collections.inferops.serving.plugins.module_utils import _lab


def labs(folder: Path) -> Iterator[Path]:
    """Directories of labs, also of those that were interrupted while they started."""
    for keys in sorted(folder.rglob("pki")):
        if (keys.parent / "run").is_dir():
            yield keys.parent


for argument in sys.argv[1:]:
    for directory in labs(Path(argument)):
        _lab.remove(directory)
        print(f"ended the lab in {directory}")
