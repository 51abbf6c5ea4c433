# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials: where their values come from, and that no message shows them."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._fleet import Problem, Secret, load

HIDDEN = "s3cr3t-Value"


def loaded(entry: dict[str, Any], environ: dict[str, str] | None = None) -> tuple[Secret, list[Problem]]:
    fleet, problems = load({"llm_secrets": [{"name": "x", **entry}]}, environ=environ)
    assert not any(HIDDEN in str(problem) for problem in problems)
    return fleet.secrets["x"], problems


@pytest.mark.req("S1-37")
@pytest.mark.parametrize("value", ["hf_x", "hf_x\n", "  hf_x \n"])
def test_a_token_is_stripped(value: str) -> None:
    assert loaded({"kind": "hf-token", "value": value})[0].value == "hf_x"
    assert loaded({"kind": "hf-token", "env": "T"}, {"T": value})[0].value == "hf_x"


@pytest.mark.req("XC-13")
def test_keys_of_a_store_from_the_environment() -> None:
    environ = {"AWS_ACCESS_KEY_ID": "AK", "AWS_SECRET_ACCESS_KEY": HIDDEN}
    secret, problems = loaded({"kind": "s3", "env": "AWS"}, environ)
    assert not problems
    assert (secret.access_key, secret.secret_key) == ("AK", HIDDEN)


@pytest.mark.req("XC-13")
@pytest.mark.parametrize(
    "entry",
    [
        {"username": "$oauthtoken", "password": HIDDEN},
        {"auth": base64.b64encode(f"$oauthtoken:{HIDDEN}".encode()).decode()},
    ],
)
def test_logins_from_a_docker_configuration(entry: dict[str, str]) -> None:
    environ = {"DOCKER_AUTH_CONFIG": json.dumps({"auths": {"nvcr.io": entry}})}
    secret, problems = loaded({"kind": "registry", "env": "DOCKER_AUTH_CONFIG"}, environ)
    assert not problems
    (login,) = secret.registries
    assert (login.server, login.username, login.password) == ("nvcr.io", "$oauthtoken", HIDDEN)


@pytest.mark.parametrize(
    "written", [HIDDEN, "[]", '{"auths": {"nvcr.io": {}}}', '{"auths": {"h": {"auth": "?"}}}']
)
def test_what_is_no_docker_configuration(written: str) -> None:
    _, problems = loaded({"kind": "registry", "env": "D"}, {"D": written})
    assert [(problem.code, problem.path) for problem in problems] == [("V-19", "llm_secrets[x].env")]


@pytest.mark.parametrize("kind", ["hf-token", "registry", "s3"])
def test_a_variable_that_is_not_set(kind: str) -> None:
    _, problems = loaded({"kind": kind, "env": "NOT_SET"}, {})
    assert [problem.code for problem in problems] == ["V-19"]
    assert "NOT_SET" in problems[0].message


def test_without_an_environment_none_is_asked() -> None:
    secret, problems = loaded({"kind": "hf-token", "env": "NOT_SET"})
    assert not problems
    assert secret.value is None


@pytest.mark.req("XC-13")
@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "hf-token", "value": {"token": HIDDEN}},
        {"kind": "hf-token", "value": [HIDDEN]},
        {"kind": HIDDEN},
        {"kind": "hf-token", "vaule": HIDDEN},
        {"kind": "s3", "value": HIDDEN},
        {"kind": "registry", "registries": HIDDEN},
        {"kind": "registry", "registries": [HIDDEN]},
        {"kind": "registry", "registries": [{"server": "h", "username": "u", "password": [HIDDEN]}]},
    ],
)
def test_no_message_shows_a_value(entry: dict[str, Any]) -> None:
    _, problems = load({"llm_secrets": [{"name": "x", **entry}]}, environ={})
    assert problems
    assert HIDDEN not in "".join(map(str, problems))


@pytest.mark.req("XC-13")
def test_a_number_for_a_secret_is_not_shown() -> None:
    _, problems = load({"llm_secrets": [{"name": "x", "kind": "hf-token", "value": 31337}]})
    assert problems
    assert "31337" not in str(problems[0])
