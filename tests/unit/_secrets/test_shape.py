# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._secrets.digest import digest
from ansible_collections.inferops.serving.plugins.module_utils._secrets.shape import faults


def secret(*, of_type: str = "Opaque", uid: str = "u-1", **data: str) -> dict[str, Any]:
    return {
        "type": of_type,
        "metadata": {"uid": uid},
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in data.items()},
    }


def registry(*, of_type: str = "kubernetes.io/dockerconfigjson", **logins: Any) -> dict[str, Any]:
    return secret(of_type=of_type, **{".dockerconfigjson": json.dumps({"auths": logins})})


def login(username: str, password: str, *, auth: str | None = None) -> dict[str, str]:
    auth = f"{username}:{password}" if auth is None else auth
    return {"username": username, "password": password, "auth": base64.b64encode(auth.encode()).decode()}


@pytest.mark.req("S1-42")
@pytest.mark.parametrize(
    ("kind", "good"),
    [
        ("hf-token", secret(password="hf_abc", HF_TOKEN="hf_abc")),
        ("hf-token", secret(HF_TOKEN="hf_abc")),
        ("s3", secret(AWS_ACCESS_KEY_ID="AKIA", AWS_SECRET_ACCESS_KEY="s")),
        ("registry", registry(**{"nvcr.io": login("$oauthtoken", 'p"ä:$')})),
        ("registry", registry(**{"nvcr.io": {"auth": "JG9hdXRodG9rZW46eA=="}})),
    ],
)
def test_a_secret_of_the_right_shape_has_no_fault(kind: str, good: dict[str, Any]) -> None:
    assert faults(kind, good) == []


@pytest.mark.req("S1-42")
@pytest.mark.parametrize(
    ("kind", "bad", "word"),
    [
        ("hf-token", secret(token="hf_secret"), "none of the keys"),
        ("hf-token", secret(password="hf_secret\n"), "white space"),
        ("hf-token", secret(password=" "), "is empty"),
        ("hf-token", secret(password="hf_secret", HF_TOKEN="hf_other"), "different tokens"),
        ("s3", secret(AWS_ACCESS_KEY_ID="AKIA", secret_key="s"), "AWS_SECRET_ACCESS_KEY is missing"),
        ("registry", registry(of_type="Opaque", **{"nvcr.io": login("u", "p")}), "its type is Opaque"),
        (
            "registry",
            secret(of_type="kubernetes.io/dockerconfigjson", config="{}"),
            "dockerconfigjson is missing",
        ),
        (
            "registry",
            secret(of_type="kubernetes.io/dockerconfigjson", **{".dockerconfigjson": "[]"}),
            "not JSON of the form",
        ),
        ("registry", registry(**{"nvcr.io": login("\\$oauthtoken", "p")}), "starts with a backslash"),
        ("registry", registry(**{"nvcr.io": login("u", "p", auth="u:other")}), "are not the same"),
        ("registry", registry(**{"nvcr.io": {"username": "u"}}), "neither auth nor"),
    ],
)
def test_what_is_wrong_is_named_without_a_value(kind: str, bad: dict[str, Any], word: str) -> None:
    found = " ".join(faults(kind, bad))
    assert word in found
    assert "hf_secret" not in found
    assert "other" not in found


def test_a_digest_follows_the_values() -> None:
    assert digest(secret(password="a")) == digest(secret(password="a"))
    assert digest(secret(password="a")) != digest(secret(password="b"))


def test_a_digest_cannot_be_recomputed_without_the_secret_itself() -> None:
    assert digest(secret(password="a", uid="u-1")) != digest(secret(password="a", uid="u-2"))
