# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a streamed answer: its text, the time of its first token, its end."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from .door import Answer
from .talk import Check, Heard, Talk, refused


def hear(
    talk: Talk,
    path: str,
    body: dict[str, Any],
    *,
    piece: Callable[[dict[str, Any]], str],
    end: str | None = None,
    echo: str = "",
) -> Heard | Check:
    """POST and listen. `piece` reads the text of one event, `end` is the event that closes a whole answer,
    `echo` is what may come before the answer and is no part of it."""
    pieces: list[str] = []
    first = last = 0.0
    tokens = 0
    ended = end is None
    with talk.door.listen(path, deadline=talk.deadline, body=body) as answer:
        if isinstance(answer, Answer):
            return refused("stream", answer)
        for event in answer:
            last = event.after
            if event.data == end:
                ended = True
                break
            said = event.json()
            if not isinstance(said, dict) or said.get("error"):
                return _failed("BrokenStream", f"in the middle of the stream: {event.data}")
            words = piece(said)
            if words and not pieces:
                first = event.after
            if words:
                pieces.append(words)
            tokens = (said.get("usage") or {}).get("completion_tokens", tokens)
    if not ended:
        return _failed("BrokenStream", f"the stream ended without {end}")
    text = "".join(pieces).removeprefix(echo)
    if not text.strip():
        return _failed("EmptyAnswer", "the stream has no text")
    return Heard(text=text, ttft_ms=first * 1000, total_ms=last * 1000, tokens=tokens or len(pieces))


def judged(talk: Talk, heard: Heard | Check) -> Check:
    """The check that a streamed answer amounts to."""
    if isinstance(heard, Check):
        return heard
    talk.heard = heard
    talk.learn(heard.text)
    return Check(
        name="stream",
        ok=True,
        status=int(HTTPStatus.OK),
        detail=f"{heard.tokens} tokens, the first after {heard.ttft_ms:.0f} ms",
    )


def _failed(code: str, detail: str) -> Check:
    return Check(name="stream", ok=False, status=int(HTTPStatus.OK), code=code, detail=detail)
