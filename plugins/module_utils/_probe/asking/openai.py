# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OpenAI protocol, as vLLM and servers compatible with it speak it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from .credentials import anonymous_is_refused
from .door import Answer
from .hearing import hear, judged
from .talk import Check, Heard, Protocol, Talk, named, passed, refused, skipped, wrong

PROMPT = "Hello, world!"
SYSTEM = "You are a helpful assistant."
MAX_TOKENS = 50
TEMPERATURE = 0.7


def health(talk: Talk) -> Check:
    answer = talk.get("/health")
    return passed("health", answer) if answer.ok else refused("health", answer)


def models(talk: Talk) -> Check:
    """Every expected name and adapter is served; one of them is the model that the other checks name."""
    answer = talk.get("/v1/models")
    if not answer.ok:
        return refused("models", answer)
    listed = _listed(answer)
    served = [str(entry["id"]) for entry in listed]
    if not served:
        return wrong("models", "NoModel", answer, "no model is served")
    bases = [str(entry["id"]) for entry in listed if not entry.get("parent")]
    wanted = talk.question.models
    talk.model = next((name for name in wanted if name in served), (bases or served)[0])
    for code, names in (("ModelNotServed", wanted), ("AdapterMissing", talk.question.adapters)):
        absent = [name for name in names if name not in served]
        if absent:
            return wrong("models", code, answer, f"{named(absent)} not served; served: {named(served)}")
    return passed("models", answer, named(served))


def completion(talk: Talk) -> Check:
    limit = talk.question.max_tokens or MAX_TOKENS
    answer = talk.post("/v1/completions", {**_common(talk, limit), "prompt": _prompt(talk)})
    return _judged("completion", talk, answer, limit)


def chat(talk: Talk) -> Check:
    limit = talk.question.chat_max_tokens
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": _prompt(talk)}]
    answer = talk.post("/v1/chat/completions", {**_common(talk, limit), "messages": messages})
    if (
        answer.status == HTTPStatus.BAD_REQUEST
        and "chat template" in answer.words()
        and not talk.explicit("chat")
    ):
        return skipped("chat", "the model has no chat template")
    return _judged("chat", talk, answer, limit)


def stream(talk: Talk) -> Check:
    return judged(talk, streamed(talk))


def streamed(talk: Talk) -> Heard | Check:
    body = {
        **_common(talk, talk.question.max_tokens or MAX_TOKENS),
        "prompt": _prompt(talk),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    return hear(talk, "/v1/completions", body, piece=_piece, end="[DONE]")


def auth(talk: Talk) -> Check:
    return anonymous_is_refused(talk, "GET", "/v1/models")


OPENAI = Protocol(
    checks={
        "health": health,
        "auth": auth,
        "models": models,
        "completion": completion,
        "chat": chat,
        "stream": stream,
    },
    usual=("health", "auth", "models", "completion", "chat", "stream"),
    stream=streamed,
)


def _listed(answer: Answer) -> list[dict[str, Any]]:
    body = answer.json()
    data = body.get("data") if isinstance(body, dict) else None
    return [entry for entry in data or () if isinstance(entry, dict) and entry.get("id")]


def _common(talk: Talk, limit: int) -> dict[str, Any]:
    """What every request carries; the model always, because routers and older engines insist on it."""
    if talk.model is None:
        models(talk)
    temperature = talk.question.temperature
    return {
        "model": talk.model,
        "max_tokens": limit,
        "temperature": TEMPERATURE if temperature is None else temperature,
    }


def _prompt(talk: Talk) -> str:
    return talk.question.prompt or PROMPT


def _judged(name: str, talk: Talk, answer: Answer, limit: int) -> Check:
    if not answer.ok:
        return refused(name, answer)
    body = answer.json()
    text = _text(body)
    if not text.strip():
        return wrong(name, "EmptyAnswer", answer, "the answer has no text")
    usage = body.get("usage") if isinstance(body, dict) else None
    tokens = usage.get("completion_tokens") if isinstance(usage, dict) else None
    if not isinstance(tokens, int):
        return wrong(name, "NoUsage", answer, "the answer has no usage.completion_tokens")
    if tokens > limit:
        return wrong(name, "TooManyTokens", answer, f"{tokens} tokens where max_tokens is {limit}")
    talk.learn(text)
    return passed(name, answer, f"{tokens} tokens")


def _text(body: Any) -> str:
    """The words of the first choice; a reasoning model may have spent its tokens on thinking aloud."""
    choices = body.get("choices") if isinstance(body, dict) else None
    if not choices or not isinstance(choices[0], dict):
        return ""
    message = choices[0].get("message") or choices[0]
    spoken = (message.get(key) for key in ("text", "content", "reasoning", "reasoning_content"))
    return next((words for words in spoken if isinstance(words, str) and words.strip()), "")


def _piece(said: dict[str, Any]) -> str:
    return "".join(str(choice.get("text") or "") for choice in said.get("choices") or ())
