# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._objects import secret_objects

from tests.unit._plan.inventory import BUCKET, CLAIM, HUB, fleet


def made(secret: dict[str, Any], **given: Any) -> list[dict[str, Any]]:
    service = {"name": "chat", "namespace": "llm", "model": "llama", "engine": "vllm", **given}
    store = {"s3": "bucket", "hf-token": "hub"}.get(secret["kind"], "models")
    everything = fleet(
        [service],
        models=[{"name": "llama", "source": "llama/8b", "store": store}],
        secrets=[secret],
        stores=[
            CLAIM,
            {**BUCKET, "secret": secret["name"] if secret["kind"] == "s3" else None},
            {**HUB, "secret": secret["name"] if secret["kind"] == "hf-token" else None},
        ],
    )
    return secret_objects(everything, everything.secrets[secret["name"]])


def decoded(obj: dict[str, Any]) -> dict[str, str]:
    return {key: base64.b64decode(value).decode() for key, value in obj["data"].items()}


@pytest.mark.req("S1-36", "S1-37")
def test_a_token_has_both_keys_and_no_newline() -> None:
    (secret,) = made({"name": "hf-model-pull", "kind": "hf-token", "value": "hf_abc\n"})
    assert (secret["metadata"]["name"], secret["type"]) == ("hf-model-pull", "Opaque")
    assert decoded(secret) == {"password": "hf_abc", "HF_TOKEN": "hf_abc"}


@pytest.mark.req("S1-39", "S1-40")
@pytest.mark.parametrize("password", ["plain", "pä$'\"\\ßword", "cGFzc3dvcmQ="])
def test_a_registry_login_survives_as_it_is(password: str) -> None:
    login = {"server": "nvcr.io", "username": "$oauthtoken", "password": password}
    (secret,) = made(
        {"name": "ngc-container-pull", "kind": "registry", "registries": [login]},
        pull_secrets=["ngc-container-pull"],
    )
    assert secret["type"] == "kubernetes.io/dockerconfigjson"
    assert set(secret["data"]) == {".dockerconfigjson"}
    text = decoded(secret)[".dockerconfigjson"]
    entry = json.loads(text)["auths"]["nvcr.io"]
    assert (entry["username"], entry["password"]) == ("$oauthtoken", password)
    assert base64.b64decode(entry["auth"]).decode() == f"$oauthtoken:{password}"
    assert ": " not in text.replace(password, "")


@pytest.mark.req("S1-41")
def test_several_registries_are_one_secret() -> None:
    logins = [{"server": server, "username": "u", "password": "p"} for server in ("nvcr.io", "quay.io")]
    (secret,) = made({"name": "all", "kind": "registry", "registries": logins}, pull_secrets=["all"])
    assert set(json.loads(decoded(secret)[".dockerconfigjson"])["auths"]) == {"nvcr.io", "quay.io"}


@pytest.mark.req("S2-24", "S4-28")
def test_keys_of_a_bucket_and_beside_them_what_kserve_needs() -> None:
    (secret,) = made({"name": "keys", "kind": "s3", "access_key": "AKIA", "secret_key": "s"})
    assert decoded(secret) == {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s"}
    annotations = secret["metadata"]["annotations"]
    assert annotations["serving.kserve.io/s3-endpoint"] == "s3.ru-1.storage.selcloud.ru"
    assert annotations["serving.kserve.io/s3-usehttps"] == "1"
    assert annotations["serving.kserve.io/s3-region"] == "ru-1"


def test_a_secret_that_exists_is_not_written() -> None:
    assert made({"name": "keys", "kind": "s3", "existing": "theirs"}) == []


def test_a_secret_is_where_it_is_used_unless_told_otherwise() -> None:
    entry = {"name": "keys", "kind": "s3", "access_key": "AKIA", "secret_key": "s"}
    assert [each["metadata"]["namespace"] for each in made(entry)] == ["llm"]
    given = {**entry, "namespaces": ["a", "b"]}
    assert [each["metadata"]["namespace"] for each in made(given)] == ["a", "b"]
