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
    basic,
    open_url,
)

from tests.unit._probe.standin import Behaviour, serving

pytestmark = [pytest.mark.proof("E", stand_in="model server on loopback")]
GENERATE = "/v2/models/vllm_model/generate"


def asked(
    behaviour: Behaviour, *, protocol: str = "triton", password: str = "", **question: object
) -> Verdict:
    with serving(behaviour) as place:
        given = {"credentials": basic("demo", password)} if password else {}
        door = open_url(f"http://{place}/", **given)  # type: ignore[arg-type]
        return ask(door, Question(protocol=protocol, **question), deadline=time.monotonic() + 10)  # type: ignore[arg-type]


def failed(verdict: Verdict) -> dict[str, str | None]:
    return {check.name: check.code for check in verdict.checks if not check.ok}


@pytest.mark.req("S4-42", "S4-43")
def test_a_good_server_passes_every_check() -> None:
    behaviour = Behaviour(models=("vllm_model",))
    verdict = asked(behaviour, models=("vllm_model",))
    assert verdict.ok
    assert [check.name for check in verdict.checks if not check.skipped] == [
        "live", "ready", "model", "repository", "generate", "stream",
    ]  # fmt: skip
    assert behaviour.bodies(GENERATE) == [
        {
            "text_input": "What is Triton Inference Server?",
            "parameters": {"stream": False, "temperature": 0},
        }
    ]
    assert verdict.ttft_ms is not None


@pytest.mark.req("S4-43")
def test_the_first_ready_model_is_asked_where_none_is_expected() -> None:
    verdict = asked(Behaviour(models=("gpt2",)))
    assert verdict.ok
    assert verdict.model == "gpt2"


@pytest.mark.req("S4-43")
def test_a_model_that_is_not_ready_is_named_with_its_state() -> None:
    verdict = asked(
        Behaviour(models=("vllm_model",), model_state="UNAVAILABLE"),
        models=("vllm_model",),
        checks=("repository",),
    )
    assert failed(verdict) == {"repository": "ModelNotServed"}
    assert "UNAVAILABLE" in verdict.checks[0].detail


@pytest.mark.req("S4-43")
def test_an_echoed_prompt_is_no_answer() -> None:
    good = asked(Behaviour(models=("vllm_model",), echo=True, words=" It serves models."))
    assert good.text == "It serves models."
    bad = asked(Behaviour(models=("vllm_model",), echo=True, words=""))
    assert failed(bad) == {"generate": "EmptyAnswer", "stream": "EmptyAnswer"}


@pytest.mark.req("S4-43")
def test_the_server_can_be_asked_not_to_echo() -> None:
    behaviour = Behaviour(models=("vllm_model",))
    assert asked(behaviour, exclude_input=True, checks=("generate",)).ok
    assert behaviour.bodies(GENERATE)[0]["exclude_input_in_output"] is True


@pytest.mark.req("S4-42")
def test_basic_auth_is_sent_and_its_absence_refused() -> None:
    guarded = Behaviour(models=("vllm_model",), authorization="Basic ZGVtbzpwYXNz")
    verdict = asked(guarded, password="pass")
    assert verdict.ok
    assert next(check for check in verdict.checks if check.name == "auth").status == 401
    assert "Unauthorized" in failed(asked(guarded)).values()


def test_another_models_name_is_refused_with_the_servers_words() -> None:
    verdict = asked(Behaviour(models=("gpt2",)), models=("llama",), checks=("generate",))
    assert failed(verdict) == {"generate": "ModelNotServed"}
    assert "unknown model" in verdict.checks[0].detail


def test_the_llm_api_takes_sampling_parameters_as_inputs() -> None:
    behaviour = Behaviour(models=("tensorrt_llm",))
    assert asked(behaviour, protocol="triton-llmapi", max_tokens=20, temperature=0.5).ok
    (body,) = behaviour.bodies("/v2/models/tensorrt_llm/generate")
    assert body["sampling_param_max_tokens"] == 20
    assert body["sampling_param_temperature"] == 0.5


@pytest.mark.req("S1-85")
def test_an_ensemble_is_asked_with_fields_of_its_own() -> None:
    behaviour = Behaviour(models=("preprocessing", "ensemble"))
    verdict = asked(behaviour, protocol="triton-ensemble", max_tokens=20)
    assert verdict.ok
    (body,) = behaviour.bodies("/v2/models/ensemble/generate")
    assert {key: body[key] for key in ("max_tokens", "bad_words", "stop_words", "pad_id", "end_id")} == {
        "max_tokens": 20, "bad_words": "", "stop_words": "", "pad_id": 2, "end_id": 2,
    }  # fmt: skip
