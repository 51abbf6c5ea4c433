# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Triton's HTTP protocol with its generate extension, as the vLLM backend answers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

from .credentials import anonymous_is_refused
from .door import Answer
from .hearing import hear, judged
from .talk import Check, Heard, Protocol, Talk, named, passed, refused, wrong

PROMPT = "What is Triton Inference Server?"

Body = Callable[[Talk, bool], dict[str, Any]]


def parameters(talk: Talk, stream: bool) -> dict[str, Any]:
    """The vLLM backend takes sampling parameters as request parameters."""
    given = talk.question
    sampling: dict[str, Any] = {"stream": stream, "temperature": given.temperature or 0}
    if given.max_tokens:
        sampling["max_tokens"] = given.max_tokens
    body = {"text_input": prompt(talk), "parameters": sampling}
    return {**body, "exclude_input_in_output": True} if given.exclude_input else body


def protocol(*, body: Body, usual: tuple[str, ...], model: str | None = None) -> Protocol:
    """Triton's checks around one way to write a generate request; `model` is asked where none is expected."""

    def name_of(talk: Talk) -> str:
        talk.model = talk.model or next(iter(talk.question.models), model) or _first_ready(talk)
        return quote(talk.model, safe="")

    def streamed(talk: Talk) -> Heard | Check:
        path = f"/v2/models/{name_of(talk)}/generate_stream"
        return hear(talk, path, body(talk, True), piece=_piece, echo=prompt(talk))

    def stream(talk: Talk) -> Check:
        return judged(talk, streamed(talk))

    def generate(talk: Talk) -> Check:
        return _judged(talk, talk.post(f"/v2/models/{name_of(talk)}/generate", body(talk, False)))

    def auth(talk: Talk) -> Check:
        return anonymous_is_refused(talk, "POST", f"/v2/models/{name_of(talk)}/generate", body(talk, False))

    def model_ready(talk: Talk) -> Check:
        check = _is_200("model", talk, f"/v2/models/{name_of(talk)}/ready")
        return replace(check, code="ModelNotServed") if check.code == "BadRequest" else check

    return Protocol(
        checks={
            "live": partial(_is_200, "live", path="/v2/health/live"),
            "ready": partial(_is_200, "ready", path="/v2/health/ready"),
            "model": model_ready,
            "repository": repository,
            "auth": auth,
            "generate": generate,
            "stream": stream,
        },
        usual=usual,
        stream=streamed,
    )


def repository(talk: Talk) -> Check:
    """Every expected model is in the repository and READY."""
    answer = talk.post("/v2/repository/index", {})
    if not answer.ok:
        return refused("repository", answer)
    states = _states(answer)
    if not states:
        return wrong("repository", "NoModel", answer, "the repository is empty")
    for name in talk.question.models:
        state = states.get(name, "not in the repository")
        if state != "READY":
            check = wrong(
                "repository", "ModelNotServed", answer, f"{name} is {state}; there: {named(states)}"
            )
            return replace(check, passing=state == "LOADING")
    return passed("repository", answer, named(states))


def prompt(talk: Talk) -> str:
    return talk.question.prompt or PROMPT


def _is_200(name: str, talk: Talk, path: str) -> Check:
    answer = talk.get(path)
    return passed(name, answer) if answer.ok else refused(name, answer)


def _states(answer: Answer) -> dict[str, str]:
    listed = answer.json()
    return {
        str(entry["name"]): str(entry.get("state", ""))
        for entry in (listed if isinstance(listed, list) else ())
        if isinstance(entry, dict) and entry.get("name")
    }


def _first_ready(talk: Talk) -> str:
    states = _states(talk.post("/v2/repository/index", {}))
    return next((name for name, state in states.items() if state == "READY"), "unknown")


def _judged(talk: Talk, answer: Answer) -> Check:
    if not answer.ok:
        return refused("generate", answer)
    said = answer.json()
    if not isinstance(said, dict):
        return wrong("generate", "NotJson", answer, "the answer is no JSON object")
    absent = [key for key in ("model_name", "model_version") if not said.get(key)]
    if absent:
        return wrong("generate", "NotJson", answer, f"the answer lacks {named(absent)}")
    text = _piece(said).removeprefix(prompt(talk)).strip()
    if not text:
        return wrong("generate", "EmptyAnswer", answer, "text_output says nothing beyond the prompt")
    talk.learn(text)
    return passed("generate", answer, f"{said['model_name']} version {said['model_version']}")


def _piece(said: dict[str, Any]) -> str:
    return str(said.get("text_output") or "")


TRITON = protocol(
    body=parameters, usual=("live", "ready", "model", "repository", "auth", "generate", "stream")
)
