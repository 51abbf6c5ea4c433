# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rounds of checks: one, or as many as it takes until a deadline."""

from __future__ import annotations

import time
import typing
from collections.abc import Callable
from dataclasses import replace

from .door import Door, NoAnswer, NotReached
from .load import under_load
from .openai import OPENAI
from .talk import Check, Protocol, Question, Talk, Verdict
from .triton import TRITON
from .triton_ensemble import TRITON_ENSEMBLE
from .triton_llmapi import TRITON_LLMAPI

PROTOCOLS: dict[str, Protocol] = {
    "openai": OPENAI,
    "triton": TRITON,
    "triton-ensemble": TRITON_ENSEMBLE,
    "triton-llmapi": TRITON_LLMAPI,
}
PAUSE_SECONDS = 1.0
# Less is not enough for another round, whose time-out would hide what the last one found.
ROUND_SECONDS = 2.0


def ask(door: Door, question: Question, *, deadline: float) -> Verdict:
    """One round of the question's checks, ended by trouble that may pass, as all will be asked again then.

    Raises NotReached where no connection is to be had.
    """
    protocol = PROTOCOLS[question.protocol]
    talk = Talk(door=door, question=question, deadline=deadline)
    checks: list[Check] = []
    for name in question.checks or protocol.usual:
        began = time.monotonic()
        try:
            check = protocol.checks[name](talk)
        except NoAnswer as silence:
            if isinstance(silence, NotReached) and not checks:
                raise
            checks.append(unanswered(name, silence))
            break
        checks.append(replace(check, ms=round((time.monotonic() - began) * 1000)))
        if check.passing:
            break
    ok = all(check.ok for check in checks)
    heard = talk.heard
    verdict = Verdict(
        ok=ok,
        checks=tuple(checks),
        model=talk.model,
        text=talk.text,
        ttft_ms=round(heard.ttft_ms, 1) if heard else None,
        total_ms=round(heard.total_ms, 1) if heard else None,
        tokens=heard.tokens if heard else None,
        load=under_load(protocol, talk) if ok and question.concurrency > 1 else {},
    )
    return verdict.without(door.credentials.secrets)


class MayPass(typing.Protocol):
    """Anything that tells whether it is a failure that time may heal."""

    @property
    def passing(self) -> bool: ...


Attempt = typing.TypeVar("Attempt", bound=MayPass)


def patiently(attempt: Callable[[], Attempt], *, deadline: float) -> Attempt:
    """Try until it went well, or badly in a way that stays, or the time is over; the last attempt counts."""
    while True:
        made = attempt()
        if not made.passing or time.monotonic() + PAUSE_SECONDS + ROUND_SECONDS >= deadline:
            return made
        time.sleep(PAUSE_SECONDS)


def unanswered(name: str, silence: NoAnswer) -> Check:
    """The check that a missing answer amounts to."""
    return Check(name=name, ok=False, code=silence.code, detail=silence.detail, passing=silence.passing)
