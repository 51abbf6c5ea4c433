# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How all targets of a run are asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

from .asking import PROTOCOLS
from .target import Target


@dataclass(frozen=True, kw_only=True)
class Manner:
    """The wishes of a run; None and empty leave it to the target and its protocol."""

    checks: tuple[str, ...] = ()
    prompt: str | None = None
    max_tokens: int | None = None
    chat_max_tokens: int = 200
    temperature: float | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a check that no protocol knows."""
        known = sorted({name for protocol in PROTOCOLS.values() for name in protocol.checks})
        for name in self.checks:
            if name not in known:
                near = get_close_matches(name, known, n=1)
                hint = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."
                raise ValueError(f"checks: {name} is no check. {hint}")

    def applied(self, targets: Iterable[Target]) -> list[Target]:
        """The targets, asked in this manner; a prompt of their own wins."""
        return [self._one(target) for target in targets]

    def _one(self, target: Target) -> Target:
        question = target.question
        known = PROTOCOLS[question.protocol].checks
        return replace(
            target,
            question=replace(
                question,
                checks=tuple(name for name in self.checks if name in known),
                prompt=question.prompt or self.prompt,
                max_tokens=self.max_tokens,
                chat_max_tokens=self.chat_max_tokens,
                temperature=self.temperature,
            ),
        )
