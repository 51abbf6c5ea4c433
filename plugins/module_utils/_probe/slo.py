# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service level objectives: what was measured held against what was asked for; advisory unless enforced."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass

from .asking import Verdict


@dataclass(frozen=True, kw_only=True)
class Slo:
    """Limits; None is no limit. With a concurrency, that many ask at once while the others are measured."""

    enforce: bool = False
    ttft_ms: float | None = None
    tokens_per_second: float | None = None
    concurrency: int | None = None
    gpu_util: float | None = None
    """In percent. No client can measure it; it is told as what was not."""


@dataclass(frozen=True, kw_only=True)
class Objective:
    """One objective; `ok` is None where it was not measured."""

    name: str
    limit: float
    measured: float | None
    ok: bool | None
    enforced: bool


def judge(slo: Slo, verdict: Verdict) -> tuple[Objective, ...]:
    """Every objective that has a limit, held against the verdict's measurements."""
    alone = {"ttft_ms": verdict.ttft_ms, "tokens_per_second": verdict.tokens_per_second, "concurrency": 1}
    figures = {**alone, **verdict.load}
    limits: tuple[tuple[str, float | None, Callable[[float, float], bool]], ...] = (
        ("ttft_ms", slo.ttft_ms, operator.lt),
        ("tokens_per_second", slo.tokens_per_second, operator.ge),
        ("concurrency", slo.concurrency, operator.ge),
        ("gpu_util", slo.gpu_util, operator.ge),
    )
    return tuple(
        Objective(
            name=name,
            limit=limit,
            measured=(measured := figures.get(name)),
            ok=None if measured is None else within(measured, limit),
            enforced=slo.enforce,
        )
        for name, limit, within in limits
        if limit is not None
    )


def told(objective: Objective) -> str:
    """An objective in a sentence."""
    measured = "was not measured" if objective.measured is None else f"is {objective.measured:g}"
    return f"{objective.name} {measured}, the objective is {objective.limit:g}"


def missed(objectives: tuple[Objective, ...]) -> tuple[Objective, ...]:
    """The enforced objectives that were not shown to be met: what was not measured is not met."""
    return tuple(objective for objective in objectives if objective.enforced and not objective.ok)
