# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with a volume or claim, said of the entry of the inventory that it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._fleet import Problem
from .._names import STORE_LABEL

CODE = "V-12"


def found(obj: Mapping[str, Any], field: str, message: str, hint: str) -> Problem:
    """``field`` is one of the entry's own; empty for the whole entry."""
    path = f"llm_stores[{obj['metadata']['labels'][STORE_LABEL]}]"
    return Problem(code=CODE, path=f"{path}.{field}" if field else path, message=message, hint=hint)
