# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import time

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._probe.asking import (
    Question,
    Verdict,
    ask,
    bearer,
    open_url,
    patiently,
)

from tests.unit._probe.standin import Behaviour, serving

pytestmark = [pytest.mark.proof("E", stand_in="model server on loopback")]


def asked(
    behaviour: Behaviour, *, api_key: str | None = None, seconds: float = 10, **question: object
) -> Verdict:
    with serving(behaviour) as place:
        door = open_url(f"http://{place}", credentials=bearer(api_key))
        return ask(
            door,
            Question(protocol="openai", **question),
            deadline=time.monotonic() + seconds,  # type: ignore[arg-type]
        )


def failed(verdict: Verdict) -> dict[str, str | None]:
    return {check.name: check.code for check in verdict.checks if not check.ok}


@pytest.mark.req("S2-48", "S3-45")
def test_a_good_server_passes_every_check_and_tells_its_words_and_times() -> None:
    verdict = asked(Behaviour(first_token=0.05))
    assert verdict.ok
    assert [check.name for check in verdict.checks if not check.skipped] == [
        "health", "models", "completion", "chat", "stream",
    ]  # fmt: skip
    assert verdict.text == "Hello there, nice to meet you."
    assert verdict.model == "chat"
    assert verdict.ttft_ms is not None
    assert verdict.total_ms is not None
    assert 50 <= verdict.ttft_ms <= verdict.total_ms


@pytest.mark.req("S2-48")
def test_the_model_is_taken_from_the_server_and_always_named() -> None:
    behaviour = Behaviour(models=("lean-rag",))
    assert asked(behaviour, checks=("completion",)).ok
    (body,) = behaviour.bodies("/v1/completions")
    assert body["model"] == "lean-rag"
    assert body["prompt"] == "Hello, world!"
    assert body["max_tokens"] == 50


@pytest.mark.req("S3-45")
def test_completion_and_chat_are_asked_as_wished() -> None:
    behaviour = Behaviour()
    assert asked(behaviour, max_tokens=100, temperature=0.7, prompt="What is the capital of France?").ok
    completion, chat = behaviour.bodies("/v1/completions")[0], behaviour.bodies("/v1/chat/completions")[0]
    assert (completion["max_tokens"], completion["temperature"]) == (100, 0.7)
    assert chat["max_tokens"] == 200
    assert [message["role"] for message in chat["messages"]] == ["system", "user"]
    assert chat["messages"][1]["content"] == "What is the capital of France?"


@pytest.mark.req("S3-39")
def test_a_server_that_knows_the_model_by_another_name_is_found_out() -> None:
    verdict = asked(Behaviour(models=("/models/llama",)), models=("Meta-Llama-3.1-8B-Instruct",))
    assert failed(verdict) == {"models": "ModelNotServed"}
    assert "Meta-Llama-3.1-8B-Instruct not served; served: /models/llama" in verdict.checks[2].detail


@pytest.mark.req("S3-35")
def test_every_expected_adapter_must_be_served() -> None:
    good = asked(Behaviour(adapters=("sql",)), models=("chat",), adapters=("sql",), checks=("models",))
    bad = asked(Behaviour(), models=("chat",), adapters=("sql",), checks=("models",))
    assert good.ok
    assert failed(bad) == {"models": "AdapterMissing"}


def test_an_adapter_listed_first_is_not_taken_for_the_model() -> None:
    behaviour = Behaviour(models=("base",), adapters=("sql",))
    assert asked(behaviour, checks=("models",)).model == "base"


@pytest.mark.parametrize(
    ("behaviour", "codes"),
    [
        (
            Behaviour(words="  "),
            {"completion": "EmptyAnswer", "chat": "EmptyAnswer", "stream": "EmptyAnswer"},
        ),
        (Behaviour(usage=False), {"completion": "NoUsage", "chat": "NoUsage"}),
        (Behaviour(streams_break=True), {"stream": "BrokenStream"}),
    ],
)
@pytest.mark.req("S2-48", "S3-45")
def test_bad_answers_are_told_apart(behaviour: Behaviour, codes: dict[str, str]) -> None:
    assert failed(asked(behaviour)) == codes


@pytest.mark.req("S2-48")
def test_more_tokens_than_asked_for_are_a_failure() -> None:
    verdict = asked(Behaviour(tokens=51), checks=("completion",))
    assert failed(verdict) == {"completion": "TooManyTokens"}
    assert not verdict.passing


def test_a_base_model_without_chat_template_is_no_failure_unless_chat_was_asked_for() -> None:
    assert asked(Behaviour(chat_template=False)).ok
    assert failed(asked(Behaviour(chat_template=False), checks=("chat",))) == {"chat": "BadRequest"}


@pytest.mark.req("S3-46")
def test_an_api_key_is_sent_and_its_absence_refused() -> None:
    guarded = Behaviour(authorization="Bearer s3cret")
    good = asked(guarded, api_key="s3cret")
    assert good.ok
    assert next(check for check in good.checks if check.name == "auth").status == 401
    missing = asked(Behaviour(authorization="Bearer s3cret"))
    assert set(failed(missing).values()) == {"Unauthorized"}
    assert not missing.passing


def test_a_server_that_asks_for_no_key_though_one_is_set_is_found_out() -> None:
    assert failed(asked(Behaviour(), api_key="s3cret", checks=("auth",))) == {"auth": "OpenToAll"}


@pytest.mark.req("XC-13")
def test_a_key_that_the_server_repeats_is_masked() -> None:
    verdict = asked(Behaviour(authorization="Bearer other"), api_key="s3cret", checks=("models",))
    assert "s3cret" not in verdict.to_json()
    assert "********" in verdict.checks[0].detail


@pytest.mark.parametrize(
    ("status", "code", "passing"),
    [(502, "NotReady", True), (503, "NotReady", True), (429, "Busy", True), (500, "ServerError", False)],
)
def test_a_status_is_read_as_its_likely_reason(status: int, code: str, passing: bool) -> None:
    verdict = asked(Behaviour(status=status, body="oops"), checks=("health",))
    assert failed(verdict) == {"health": code}
    assert verdict.passing is passing


def test_a_gateway_without_the_route_is_told_from_a_model_that_is_missing() -> None:
    verdict = asked(Behaviour(status=404, body="404 page not found"), checks=("models",))
    assert failed(verdict) == {"models": "NoRoute"}
    assert verdict.passing


def test_a_redirect_is_reported_not_followed() -> None:
    assert failed(asked(Behaviour(location="https://elsewhere/"), checks=("health",))) == {
        "health": "Redirected"
    }


def test_a_server_that_still_loads_is_asked_again() -> None:
    behaviour = Behaviour(unready=1)
    with serving(behaviour) as place:
        door = open_url(f"http://{place}")
        question = Question(protocol="openai", checks=("health",))
        deadline = time.monotonic() + 10
        verdict = patiently(lambda: ask(door, question, deadline=deadline), deadline=deadline)
    assert verdict.ok
    assert len(behaviour.seen) == 2


def test_a_silent_server_is_given_up_at_the_deadline() -> None:
    began = time.monotonic()
    verdict = asked(Behaviour(first_token=2), checks=("models", "stream"), seconds=0.5)
    assert failed(verdict) == {"stream": "Timeout"}
    assert time.monotonic() - began < 5


@pytest.mark.req("S2-49")
def test_many_at_once_are_measured_together() -> None:
    verdict = asked(Behaviour(first_token=0.05), checks=("models",), concurrency=4)
    assert verdict.load["concurrency"] == 4
    assert verdict.load["failed"] == 0
    assert verdict.load["ttft_ms"] >= 50
    assert verdict.load["tokens_per_second"] > 0
