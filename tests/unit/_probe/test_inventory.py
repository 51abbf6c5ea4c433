# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._inventory import (
    Specification,
    UnknownService,
    read,
)
from ansible_collections.inferops.serving.plugins.module_utils._probe import Target, asked, target_of
from ansible_collections.inferops.serving.plugins.module_utils._probe.target import BasicSecret
from ansible_collections.inferops.serving.plugins.module_utils._served import Publisher
from ansible_collections.inferops.serving.plugins.module_utils._workload import SecretKey

MODELS = [
    {
        "name": "llama",
        "source": "example/llama",
        "size_class": "medium",
        "served_names": ["Meta-Llama-3.1-8B-Instruct"],
        "adapters": [{"name": "sql", "source": "example/sql", "rank": 8}],
    },
    {"name": "gpt2", "source": "openai-community/gpt2"},
]
SECRETS = [
    {"name": "demo-auth", "kind": "basic-auth", "username": "demo", "password": "hidden"},
    {"name": "key", "kind": "api-key", "existing": "key-of-chat"},
]
TRITON = {
    "model": "gpt2",
    "engine": "triton-vllm",
    "image": "nvcr.io/nvidia/tritonserver:26.06-vllm-python-py3",
}


def inventory(*services: dict[str, Any]) -> Specification:
    entries = [{"namespace": "rag", "model": "llama", "engine": "vllm", **service} for service in services]
    found = read({"llm_models": MODELS, "llm_secrets": SECRETS, "llm_serving": entries})
    assert not found.errors, found.errors
    return found


def targets(*services: dict[str, Any], names: tuple[str, ...] = ()) -> list[Target]:
    found = inventory(*services)
    plans = {plan.name: plan for plan in found.plans}
    return [target_of(plans[service.name]) for service in asked(found.fleet, names)]


@pytest.mark.req("S3-35", "S3-39")
def test_the_served_names_and_adapters_of_the_inventory_are_expected() -> None:
    (target,) = targets({"name": "chat", "lora": {"enabled": True, "max_rank": 8}})
    assert target.question.protocol == "openai"
    assert target.question.models == ("Meta-Llama-3.1-8B-Instruct",)
    assert target.question.adapters == ("sql",)


def test_adapters_that_are_not_enabled_are_not_expected() -> None:
    (target,) = targets({"name": "chat"})
    assert target.question.adapters == ()


@pytest.mark.req("S4-42")
def test_triton_is_asked_for_the_directory_of_its_repository() -> None:
    (target,) = targets({"name": "chat", **TRITON})
    assert (target.question.protocol, target.question.models) == ("triton", ("gpt2",))


@pytest.mark.req("S2-47")
def test_an_inference_service_publishes_the_address_of_a_service_on_kserve() -> None:
    (target,) = targets({"name": "chat", "platform": "kserve"})
    kind = Publisher(api_version="serving.kserve.io/v1beta1", kind="InferenceService", name="chat")
    assert target.publishers == (kind,)
    assert "serving.kserve.io/inferenceservice=chat" in str(target.selector)


@pytest.mark.req("S3-44")
def test_a_service_of_our_own_publishes_the_address_of_a_deployment() -> None:
    (target,) = targets({"name": "chat", "expose": {"type": "nodeport", "port": 8000}})
    assert target.publishers == (Publisher(api_version="v1", kind="Service", name="chat"),)
    assert target.port == 8000


def test_a_way_in_that_was_asked_for_comes_before_that_of_the_platform() -> None:
    (target,) = targets({"name": "chat", "platform": "kserve", "expose": {"type": "loadbalancer"}})
    assert [publisher.kind for publisher in target.publishers] == ["Service", "InferenceService"]


def test_only_what_runs_and_wants_to_be_asked_is_asked_unless_it_is_named() -> None:
    services = (
        {"name": "chat"},
        {"name": "stopped", "state": "stopped"},
        {"name": "quiet", "verify": {"smoke": False}},
    )
    assert [target.name for target in targets(*services)] == ["chat"]
    assert [target.name for target in targets(*services, names=("quiet",))] == ["quiet"]


def test_a_name_that_no_service_has_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownService, match=r"chatt is no service of llm_serving\. Did you mean chat\?"):
        targets({"name": "chat"}, names=("chatt",))


@pytest.mark.req("S2-49")
def test_objectives_and_prompt_of_the_inventory_are_taken() -> None:
    slo = {"enforce": True, "ttft_ms": 100, "concurrency": 16, "gpu_util": 85}
    verify = {"prompt": "What is RAG?", "slo": slo}
    (target,) = targets({"name": "chat", "verify": verify})
    assert target.question.prompt == "What is RAG?"
    assert target.slo is not None
    assert asdict(target.slo) == {**slo, "tokens_per_second": None}
    assert target.question.concurrency == 16


@pytest.mark.req("S4-41", "S4-42")
def test_the_way_in_of_the_inventory_is_asked_with_its_password() -> None:
    expose = {"type": "istio", "host": "llm.example", "path": "/team/chat/", "gateway": "istio-system/shared"}
    (target,) = targets({"name": "chat", "expose": {**expose, "tls": {}, "auth": {"basic": "demo-auth"}}})
    assert target.published == "https://llm.example/team/chat"
    assert target.basic == BasicSecret(name="demo-auth")
    (plain,) = targets({"name": "chat", "expose": expose})
    assert (plain.published, plain.basic) == ("http://llm.example/team/chat", None)


def test_nothing_is_published_without_a_host_of_its_own() -> None:
    for host in (None, "*.apps.example"):
        (target,) = targets({"name": "chat", "expose": {"type": "route", "host": host}})
        assert target.published is None


def test_an_engine_with_a_key_is_asked_with_it() -> None:
    (target,) = targets({"name": "chat", "expose": {"auth": {"api_key": "key"}}})
    assert target.api_key == SecretKey(secret="key-of-chat", key="api-key")
