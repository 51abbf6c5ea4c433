# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._fleet import Problem

from tests.unit._rules.asking import found, paths

HIDDEN = "s3cr3t-Value-0123456789"
TOKEN = {"name": "t", "kind": "hf-token", "value": HIDDEN}
KEYS = {"name": "k", "kind": "s3", "access_key": "AK", "secret_key": HIDDEN}


def registry(**login: Any) -> dict[str, Any]:
    whole = {"server": "nvcr.io", "username": "$oauthtoken", "password": HIDDEN}
    return {"name": "ngc", "kind": "registry", "registries": [whole | login]}


def secrets(*entries: dict[str, Any]) -> list[Problem]:
    problems = found("V-19", secrets=entries)
    assert not any(HIDDEN in str(problem) for problem in problems)
    return problems


@pytest.mark.req("XC-13")
@pytest.mark.parametrize(
    "entry",
    [
        TOKEN,
        KEYS,
        registry(),
        {"name": "t", "kind": "hf-token", "existing": "hf-model-pull"},
        {"name": "t", "kind": "hf-token", "env": "HF_TOKEN"},
        {"name": "k", "kind": "s3", "env": "AWS"},
        {"name": "k", "kind": "registry", "existing": "pull"},
    ],
)
def test_one_source_is_enough(entry: dict[str, Any]) -> None:
    assert not secrets(entry)


@pytest.mark.parametrize(
    "entry",
    [
        TOKEN | {"existing": "x"},
        TOKEN | {"env": "HF_TOKEN"},
        KEYS | {"env": "AWS"},
        {"name": "t", "kind": "hf-token", "existing": "x", "env": "HF_TOKEN"},
        KEYS | {"existing": "x"},
        registry() | {"existing": "x"},
    ],
)
def test_more_than_one_source(entry: dict[str, Any]) -> None:
    assert "more than one source" in secrets(entry)[0].message


@pytest.mark.parametrize("kind", ["hf-token", "registry", "s3"])
def test_no_source(kind: str) -> None:
    assert "no source" in secrets({"name": "x", "kind": kind})[0].message


def test_half_a_pair_of_keys() -> None:
    assert paths(secrets({"name": "k", "kind": "s3", "secret_key": HIDDEN})) == ["llm_secrets[k].access_key"]


@pytest.mark.req("S1-40")
def test_a_backslash_before_the_user_is_refused() -> None:
    (problem,) = secrets(registry(username="\\$oauthtoken"))
    assert problem.path == "llm_secrets[ngc].registries[nvcr.io].username"
    assert "Write $oauthtoken as it is" in problem.hint


@pytest.mark.req("S1-40")
def test_the_user_of_ngc_is_literal() -> None:
    assert secrets(registry(username="me@example.com"))
    assert not secrets(registry(server="registry.example", username="me@example.com"))


@pytest.mark.req("S1-39", "S1-40")
@pytest.mark.parametrize("password", ["pa$$", 'q"uote', "ünïcode", "aGVsbG8="])
def test_special_characters_are_no_fault(password: str) -> None:
    assert not secrets(registry(password=password))


@pytest.mark.req("S1-40")
def test_a_password_that_is_encoded_already() -> None:
    encoded = base64.b64encode(f"$oauthtoken:{HIDDEN}".encode()).decode()
    (problem,) = secrets(registry(password=encoded))
    assert encoded not in str(problem)


def test_a_lookup_that_found_nothing() -> None:
    assert paths(secrets(registry(password=""))) == ["llm_secrets[ngc].registries[nvcr.io].password"]


def test_references_name_a_secret_of_the_right_kind() -> None:
    stores = [{"name": "b", "kind": "s3", "bucket": "models", "secret": "t"}]
    cluster = {"registry": {"pull_secret": "t"}}
    problems = found("V-19", {"pull_secrets": ["t"]}, stores=stores, secrets=[TOKEN], cluster=cluster)
    assert paths(problems) == [
        "llm_stores[b].secret",
        "llm_cluster.registry.pull_secret",
        "llm_serving[a].pull_secrets[0]",
    ]


@pytest.mark.parametrize(("platform", "told"), [("kserve", ["llm_stores[here].secret"]), ("deployment", [])])
def test_kserve_reads_one_place_in_a_secret(platform: str, told: list[str]) -> None:
    here = {"name": "here", "kind": "s3", "bucket": "models", "secret": "k", "endpoint": "https://s3.here"}
    beside = {**here, "name": "beside", "bucket": "others"}
    model = {"source": "chat", "store": "here"}

    def asked(other: dict[str, Any]) -> list[Problem]:
        return found("V-19", {"platform": platform}, model=model, stores=[here, other], secrets=[KEYS])

    assert paths(asked({**here, "name": "there", "endpoint": "https://s3.there"})) == told
    assert not asked(beside)


@pytest.mark.req("S1-38")
@pytest.mark.parametrize(
    "model", [{"source": "org/x", "gated": True}, {"source": "meta-llama/Llama-3.1-8B-Instruct"}]
)
def test_a_gated_model_needs_a_token(model: dict[str, Any]) -> None:
    (problem,) = found("V-19", model=model)
    assert problem.path == "llm_models[m].source"
    hub = {"name": "hub", "kind": "hf", "secret": "t"}
    assert not found("V-19", model=model | {"store": "hub"}, stores=[hub], secrets=[TOKEN])


@pytest.mark.req("S1-38")
def test_a_model_that_is_not_fetched_from_the_hub_needs_none() -> None:
    model = {"source": "meta-llama/Llama-3.1-8B", "gated": True, "store": "vol"}
    assert not found("V-19", model=model, stores=[{"name": "vol", "kind": "pvc"}])
    assert not found("V-19", {"engine": "simulator"}, model={"source": "x", "gated": True})
    assert not found("V-19", model={"source": "openai-community/gpt2"})


@pytest.mark.req("S4-24", "XC-13")
@pytest.mark.parametrize(
    "name", ["HF_TOKEN", "MY_PASSWORD", "AWS_SECRET_ACCESS_KEY", "OPENAI_API_KEY", "db_secret"]
)
def test_credentials_in_env_are_refused_and_not_shown(name: str) -> None:
    (problem,) = found("V-19", {"env": {name: HIDDEN}})
    assert problem.path == f"llm_serving[a].env.{name}"
    assert HIDDEN not in str(problem)


@pytest.mark.req("S4-24")
@pytest.mark.parametrize(
    "name", ["TOKENIZERS_PARALLELISM", "MAX_TOKENS", "NCCL_DEBUG", "KEY", "HF_TOKEN_PATH"]
)
def test_other_variables_pass(name: str) -> None:
    assert not found("V-19", {"env": {name: "1"}})


@pytest.mark.req("XC-13")
@pytest.mark.parametrize("value", ["hf_" + "a" * 34, "nvapi-" + "b" * 40, "AKIA" + "Z" * 16])
@pytest.mark.parametrize("place", ["env", "labels", "annotations"])
def test_values_that_look_like_credentials(place: str, value: str) -> None:
    (problem,) = found("V-19", {place: {"note": value}})
    assert value not in str(problem)


@pytest.mark.req("XC-13")
def test_credentials_in_arguments() -> None:
    (problem,) = found("V-19", {"engine_args": {"extra": [f"--api-key={HIDDEN}"]}})
    assert HIDDEN not in str(problem)


LOGIN = {"name": "demo-auth", "kind": "basic-auth", "username": "demo", "password": HIDDEN}


@pytest.mark.req("S4-38")
@pytest.mark.parametrize(
    "entry",
    [
        LOGIN,
        {"name": "a", "kind": "basic-auth", "username": "demo", "env": "DEMO_PASSWORD"},
        {"name": "a", "kind": "basic-auth", "existing": "there"},
        {"name": "a", "kind": "api-key", "value": HIDDEN},
        {"name": "a", "kind": "generic", "data": {"key": HIDDEN}},
        {"name": "a", "kind": "generic", "env": "WHOLE_MAP"},
    ],
)
def test_credentials_of_clients(entry: dict[str, Any]) -> None:
    assert not secrets(entry)


@pytest.mark.req("S4-38")
@pytest.mark.parametrize("source", [{"password": HIDDEN}, {"env": "DEMO_PASSWORD"}])
def test_a_user_name_has_no_default(source: dict[str, Any]) -> None:
    (problem,) = secrets({"name": "demo-auth", "kind": "basic-auth", **source})
    assert problem.path == "llm_secrets[demo-auth].username"
    assert "no default" in problem.hint


@pytest.mark.parametrize("username", ["de:mo", " demo", "de\nmo"])
def test_a_user_name_is_one_that_a_client_can_send(username: str) -> None:
    assert paths(secrets({**LOGIN, "username": username})) == ["llm_secrets[demo-auth].username"]


def test_a_password_is_one_line() -> None:
    assert paths(secrets({**LOGIN, "password": f"{HIDDEN}\n"})) == ["llm_secrets[demo-auth].password"]


@pytest.mark.req("S4-38")
def test_a_password_that_is_encoded_already_is_told() -> None:
    encoded = base64.b64encode(HIDDEN.encode()).decode()
    (problem,) = secrets({**LOGIN, "password": encoded})
    assert (problem.path, problem.severity) == ("llm_secrets[demo-auth].password", "warning")
    assert encoded not in str(problem)


def test_each_place_needs_a_secret_of_its_kind() -> None:
    expose = {"type": "istio", "auth": {"basic": "t", "api_key": "demo-auth"}}
    problems = found("V-19", {"expose": expose}, secrets=[TOKEN, LOGIN])
    assert paths(problems) == ["llm_serving[a].expose.auth.basic", "llm_serving[a].expose.auth.api_key"]
