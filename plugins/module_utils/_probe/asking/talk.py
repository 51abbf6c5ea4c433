# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked, what was heard, and the verdict: plain records that also travel as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from http import HTTPStatus
from typing import Any

from .door import Answer, Door, shortened

# Answers of gateways and engines that are still coming up: worth another round.
PASSING = (429, 502, 503, 504)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What to ask; None and empty mean the protocol's own choice."""

    protocol: str
    models: tuple[str, ...] = ()
    adapters: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    prompt: str | None = None
    max_tokens: int | None = None
    chat_max_tokens: int = 200
    temperature: float | None = None
    exclude_input: bool = False
    concurrency: int = 0

    @classmethod
    def from_json(cls, text: str) -> Question:
        given = json.loads(text)
        lists: dict[str, Any] = {name: tuple(it) for name, it in given.items() if isinstance(it, list)}
        return cls(**{**given, **lists})

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1)


@dataclass(frozen=True, kw_only=True)
class Check:
    """The outcome of one check."""

    name: str
    ok: bool
    status: int | None = None
    detail: str = ""
    code: str | None = None
    passing: bool = False
    skipped: bool = False
    ms: int | None = None

    @property
    def said(self) -> str:
        """The detail, after the HTTP status where that is part of the trouble."""
        usual = self.status in (None, HTTPStatus.OK)
        return self.detail if usual else f"HTTP {self.status}, {self.detail}"


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A streamed answer: its text, times in milliseconds since the request was sent, its tokens."""

    text: str
    ttft_ms: float
    total_ms: float
    tokens: int


@dataclass(kw_only=True)
class Talk:
    """One round of checks: whom to ask, and what the checks so far have learnt."""

    door: Door
    question: Question
    deadline: float
    model: str | None = None
    text: str | None = None
    heard: Heard | None = None

    def get(self, path: str) -> Answer:
        return self.door.ask("GET", path, deadline=self.deadline)

    def post(self, path: str, body: Any) -> Answer:
        return self.door.ask("POST", path, deadline=self.deadline, body=body)

    def explicit(self, check: str) -> bool:
        """Whether the user asked for this check by name."""
        return check in self.question.checks

    def learn(self, text: str) -> None:
        """Keep the first answer that was heard."""
        self.text = self.text or text.strip()


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """How a kind of server is asked: its checks in order, and one streamed answer for measuring."""

    checks: Mapping[str, Callable[[Talk], Check]]
    usual: tuple[str, ...]
    stream: Callable[[Talk], Heard | Check]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What came out of a round of checks."""

    ok: bool
    checks: tuple[Check, ...]
    model: str | None = None
    text: str | None = None
    ttft_ms: float | None = None
    total_ms: float | None = None
    tokens: int | None = None
    load: Mapping[str, float] = field(default_factory=dict)

    @property
    def passing(self) -> bool:
        """Failed, but only in ways that may pass by themselves."""
        return not self.ok and all(check.ok or check.passing for check in self.checks)

    @property
    def tokens_per_second(self) -> float | None:
        return round(self.tokens * 1000 / self.total_ms, 1) if self.tokens and self.total_ms else None

    def settled(self) -> Verdict:
        """The same verdict, with no failure left that another round could heal."""
        return replace(self, checks=tuple(replace(check, passing=False) for check in self.checks))

    def without(self, secrets: Iterable[str]) -> Verdict:
        """The same verdict, should a server have repeated a credential to us."""
        return self._rewritten(lambda text: _masked(text, secrets))

    def within(self, room: int) -> Verdict:
        """The same verdict in at most `room` bytes of JSON: texts are cut until it fits."""
        for limit in (300, 100, 30):
            shorter = self._rewritten(partial(shortened, limit=limit))
            if len(shorter.to_json().encode()) <= room:
                return shorter
        return replace(self, checks=self.checks[:1], text=None)

    def to_json(self) -> str:
        return json.dumps(asdict(self), separators=(",", ":"), ensure_ascii=False)

    def _rewritten(self, change: Callable[[str], str]) -> Verdict:
        checks = tuple(replace(check, detail=change(check.detail)) for check in self.checks)
        return replace(self, checks=checks, text=self.text and change(self.text))

    @classmethod
    def from_json(cls, text: str) -> Verdict:
        given = json.loads(text)
        return cls(**{**given, "checks": tuple(Check(**check) for check in given["checks"])})


def passed(name: str, answer: Answer, detail: str = "") -> Check:
    return Check(name=name, ok=True, status=answer.status, detail=detail)


def skipped(name: str, detail: str) -> Check:
    return Check(name=name, ok=True, skipped=True, detail=detail)


def wrong(name: str, code: str, answer: Answer, detail: str) -> Check:
    """An answer that came, but does not say what it must."""
    return Check(name=name, ok=False, status=answer.status, code=code, detail=shortened(detail))


def refused(name: str, answer: Answer) -> Check:
    """A status other than the one that was asked for, read as the reason that it most likely has."""
    missing_route = answer.status == HTTPStatus.NOT_FOUND and answer.json() is None
    ours = HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
    usual = "BadRequest" if ours else "ServerError"
    code = "NoRoute" if missing_route else _REASONS.get(answer.status, usual)
    if "unknown model" in answer.words():  # Triton says it with more than one status
        code = "ModelNotServed"
    return Check(
        name=name,
        ok=False,
        status=answer.status,
        code=code,
        passing=missing_route or answer.status in PASSING,
        detail=answer.words() or "no text in the answer",
    )


def named(names: Iterable[str]) -> str:
    """A list of names for a message."""
    return ", ".join(names) or "none"


def _masked(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "********")
    return text


_REASONS = {
    301: "Redirected",
    302: "Redirected",
    307: "Redirected",
    308: "Redirected",
    401: "Unauthorized",
    403: "Unauthorized",
    404: "ModelNotServed",
    429: "Busy",
    502: "NotReady",
    503: "NotReady",
    504: "NotReady",
}
