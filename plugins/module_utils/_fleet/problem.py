# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with an inventory, in words its author can act on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One finding. A message never contains a secret value."""

    code: str
    """The validation rule, ``V-01`` to ``V-26``, or a word for what no rule of an inventory tells."""
    path: str
    """Where in the inventory, for example ``llm_serving[chat].topology.tensor``."""
    message: str
    """What is wrong."""
    hint: str = ""
    """What to write instead."""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.code} {self.path}:", self.message, self.hint) if part)


def promoted(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The same findings, and none of them only a warning."""
    return tuple(replace(problem, severity="error") for problem in problems)
