# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import socket
import time
from contextlib import ExitStack
from dataclasses import replace

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._probe import (
    Result,
    Site,
    advice,
    facts,
    smoke_test,
)
from ansible_collections.inferops.serving.plugins.module_utils._probe.asking import Question
from ansible_collections.inferops.serving.plugins.module_utils._probe.manner import Manner
from ansible_collections.inferops.serving.plugins.module_utils._probe.report import row
from ansible_collections.inferops.serving.plugins.module_utils._probe.slo import Slo
from ansible_collections.inferops.serving.plugins.module_utils._probe.target import Basic, Target
from ansible_collections.inferops.serving.plugins.module_utils._served import Publisher
from ansible_collections.inferops.serving.plugins.module_utils._workload import SecretKey

from tests.unit._probe.cluster import Cluster, inference_service, pod, secret
from tests.unit._probe.standin import Behaviour, serving

pytestmark = [pytest.mark.proof("E", stand_in="model server on loopback")]
OPENAI = Question(protocol="openai")
NOWHERE = Site(client=None)


def test_many_servers_are_asked_at_once_and_answered_in_order() -> None:
    slow = [Behaviour(models=(f"m{number}",), first_token=0.3) for number in range(6)]
    with ExitStack() as stack:
        places = [stack.enter_context(serving(behaviour)) for behaviour in slow]
        targets = [Target(name=place, question=OPENAI, url=f"http://{place}") for place in places]
        began = time.monotonic()
        results = smoke_test(targets, site=NOWHERE, reach="auto", deadline=began + 20)
        elapsed = time.monotonic() - began
    assert [result.verdict.model for result in results] == [f"m{number}" for number in range(6)]
    assert elapsed < sum(behaviour.first_token for behaviour in slow)


def one(target: Target, *, reach: str = "auto", site: Site = NOWHERE, seconds: float = 3) -> Result:
    (result,) = smoke_test([target], site=site, reach=reach, deadline=time.monotonic() + seconds)
    return result


def test_the_result_tells_words_times_and_where_it_was_asked() -> None:
    with serving(Behaviour(words="one two three four five six seven eight nine ten")) as place:
        result = one(
            Target(name="chat", question=OPENAI, url=f"http://{place}", engine="vllm", platform="kserve")
        )
    told = facts(result)
    assert told["ok"] is True
    assert told["diagnosis"] is None
    assert told["via"] == told["address"] == f"http://{place}"
    assert told["reach"] == "address"
    assert row(result) == {
        "service": "chat",
        "engine": "vllm",
        "platform": "kserve",
        "ready": "yes",
        "address": f"http://{place}",
        "answer": "one two three four five six seven eight …",
    }


@pytest.mark.req("S3-46")
def test_the_report_shows_how_a_client_asks_without_the_key() -> None:
    with serving(Behaviour(authorization="Bearer s3cret")) as place:
        result = one(Target(name="chat", question=OPENAI, url=f"http://{place}", api_key="s3cret"))
    shown = facts(result)
    assert f'base_url="http://{place}/v1"' in shown["example"]
    assert 'os.environ["OPENAI_API_KEY"]' in shown["example"]
    assert "s3cret" not in str(shown)
    compile(shown["example"], "example", "exec")


@pytest.mark.req("S4-42")
def test_triton_is_shown_with_curl_and_basic_auth_as_a_variable() -> None:
    with serving(Behaviour(authorization="Basic ZGVtbzpwYXNz")) as place:
        target = Target(
            name="gpt2",
            question=Question(protocol="triton"),
            url=f"http://{place}",
            basic=Basic(username="demo", password="pass"),
        )
        result = one(target)
    assert result.ok
    assert facts(result)["example"].startswith('curl -u "$USER_AND_PASSWORD"')


@pytest.mark.req("S3-46", "XC-13")
def test_an_api_key_is_read_from_its_secret_and_never_shown() -> None:
    site = Site(client=Cluster(secret(token="s3cret")))  # type: ignore[arg-type]
    with serving(Behaviour(authorization="Bearer s3cret")) as place:
        target = Target(
            name="chat",
            namespace="rag",
            question=OPENAI,
            url=f"http://{place}",
            api_key=SecretKey(secret="chat-key", key="token"),
        )
        good = one(target, site=site)
        missing = one(replace(target, api_key=SecretKey(secret="chat-key", key="other")), site=site)
    assert good.ok
    assert "s3cret" not in str(facts(good))
    assert missing.diagnosis is not None
    assert missing.diagnosis.code == "NoCredentials"


def test_a_server_that_comes_late_is_waited_for() -> None:
    with serving(Behaviour(unready=2)) as place:
        result = one(Target(name="chat", question=OPENAI, url=f"http://{place}"), seconds=10)
    assert result.ok


def test_a_wrong_name_is_reported_at_once_with_the_next_step() -> None:
    began = time.monotonic()
    with serving(Behaviour()) as place:
        target = Target(name="chat", question=replace(OPENAI, models=("llama",)), url=f"http://{place}")
        result = one(target, seconds=30)
    assert time.monotonic() - began < 10
    assert not result.ok
    assert advice(result).startswith("chat: ModelNotServed (models): llama not served; served: chat.")
    assert "served_names" in advice(result)


def test_where_no_way_leads_somewhere_the_last_one_is_explained_and_all_are_told() -> None:
    publisher = Publisher(api_version="serving.kserve.io/v1beta1", kind="InferenceService", name="chat")
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    cluster = Cluster(inference_service(f"http://127.0.0.1:{port}"), pod("chat-1", ready=False))
    target = Target(
        name="chat", namespace="rag", question=OPENAI, publishers=(publisher,), selector="app=chat", port=8000
    )
    result = one(target, site=Site(client=cluster), seconds=1)  # type: ignore[arg-type]
    assert result.diagnosis is not None
    assert (result.diagnosis.code, result.diagnosis.check) == ("NoReadyPod", "port-forward")
    assert [check.code for check in result.tried] == ["Refused", "NoReadyPod"]
    assert facts(result)["address"] == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("delay", "enforce", "ok", "met"),
    [(0.0, True, True, True), (0.3, True, False, False), (0.3, False, True, False)],
)
@pytest.mark.req("S2-49")
def test_a_slow_first_token_fails_only_where_the_objective_is_enforced(
    delay: float, enforce: bool, ok: bool, met: bool
) -> None:
    with serving(Behaviour(first_token=delay)) as place:
        slo = Slo(enforce=enforce, ttft_ms=200, concurrency=3)
        target = Target(name="chat", question=replace(OPENAI, concurrency=3), url=f"http://{place}", slo=slo)
        result = one(target, seconds=20)
    assert result.ok is ok
    assert {objective.name: objective.ok for objective in result.objectives} == {
        "ttft_ms": met,
        "concurrency": True,
    }
    assert bool(result.remarks) is (not met and not enforce)


@pytest.mark.req("S2-49")
def test_an_enforced_objective_that_was_not_measured_is_not_met() -> None:
    with serving(Behaviour()) as place:
        target = Target(
            name="chat", question=OPENAI, url=f"http://{place}", slo=Slo(enforce=True, ttft_ms=100)
        )
        (asked,) = Manner(checks=("health",)).applied([target])
        result = one(asked)
    assert result.diagnosis is not None
    assert result.diagnosis.code == "SloMissed"
    assert "was not measured" in result.diagnosis.message


def test_an_unknown_check_is_refused_with_the_nearest() -> None:
    with pytest.raises(ValueError, match="Did you mean completion"):
        Manner(checks=("completions",))


def test_in_a_mixed_fleet_each_makes_the_checks_it_knows() -> None:
    triton = Target(name="t", question=Question(protocol="triton"))
    openai, other = Manner(checks=("completion", "generate")).applied(
        [Target(name="o", question=OPENAI), triton]
    )
    assert openai.question.checks == ("completion",)
    assert other.question.checks == ("generate",)
