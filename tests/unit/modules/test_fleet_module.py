# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._inventory.module import _names, secret_texts

GIVEN: list[dict[str, Any]] = [
    {"name": "hf", "kind": "hf-token", "value": "hf_1", "namespaces": ["chat"]},
    {"name": "s3", "kind": "s3", "access_key": "AK", "secret_key": "SK"},
    {
        "name": "ngc",
        "kind": "registry",
        "registries": [{"server": "nvcr.io", "username": "$oauthtoken", "password": "pw"}],
    },
    {"name": "env", "kind": "hf-token", "env": "HF_TOKEN"},
]


@pytest.mark.req("XC-13")
def test_what_is_secret_in_a_credential_is_hidden_and_nothing_else() -> None:
    assert set(secret_texts(GIVEN)) == {"hf_1", "AK", "SK", "pw"}


@pytest.mark.req("XC-13")
def test_a_credential_under_a_misspelt_key_is_hidden_too() -> None:
    assert set(secret_texts([{"name": "hf", "valeu": "hf_1", "registries": [{"pasword": "pw"}]}])) == {
        "hf_1",
        "pw",
    }


@pytest.mark.parametrize("given", [None, [], "hf_1", [["hf_1"]]])
def test_a_list_of_the_wrong_form_gives_nothing_away(given: Any) -> None:
    assert set(secret_texts(given)) == ({"hf_1"} if given else set())


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ([], []),
        (["chat", "gpt2"], ["chat", "gpt2"]),
        ([""], []),
        (["chat", " gpt2"], ["chat", "gpt2"]),
        (["chat\ngpt2\n"], ["chat", "gpt2"]),
        (["chat, gpt2"], ["chat", "gpt2"]),
    ],
)
def test_names_from_a_survey_are_those_of_a_list(given: list[str], names: list[str]) -> None:
    assert _names(given) == names
