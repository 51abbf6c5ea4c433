# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._fleet import Store
from ansible_collections.inferops.serving.plugins.module_utils._object_store.faults import told
from ansible_collections.inferops.serving.plugins.module_utils._object_store.rclone import RcloneFailed


def store(**given: Any) -> Store:
    entry = {"endpoint": "https://s3.example", "region": "ru-1", "secret": "keys", **given}
    return Store(name="bucket", kind="s3", bucket="demo", **entry)


def said(code: str, message: str = "") -> str:
    answer = "https response error StatusCode: 400, RequestID: , HostID: ,"
    return f"error listing: operation error S3: ListObjects, {answer} api error {code}: {message}"


@pytest.mark.req("S4-12")
@pytest.mark.parametrize(
    ("words", "path", "hint"),
    [
        (said("InvalidAccessKeyId"), "llm_secrets[keys].access_key", "Write a key of this server"),
        (said("SignatureDoesNotMatch"), "llm_secrets[keys].secret_key", "Write both keys of one pair."),
        (said("AccessDenied", "Access Denied."), "llm_secrets[keys]", "Give their owner the rights"),
        (said("NoSuchBucket"), "llm_stores[bucket].bucket", "Make it there"),
        (said("PermanentRedirect"), "llm_stores[bucket].region", "Write the region that the server names"),
        (
            said("AuthorizationHeaderMalformed", "the region 'ru-1' is wrong; expecting 'ru-7'"),
            "llm_stores[bucket].region",
            "Write ru-7.",
        ),
        (
            said("AuthorizationHeaderMalformed", 'the region "ru-1" is wrong; expecting "ru-7"'),
            "llm_stores[bucket].region",
            "Write ru-7.",
        ),
        ('S3 bucket demo: Switched region to "ru-7" from "ru-1"', "llm_stores[bucket].region", "Write ru-7."),
        (said("RequestTimeTooSkewed"), "llm_stores[bucket].endpoint", "Set it right"),
        ("dial tcp: lookup s3.example: no such host", "llm_stores[bucket].endpoint", "Check scheme, host"),
        (
            "tls: failed to verify certificate: x509: unknown authority",
            "llm_stores[bucket].endpoint",
            "ca_cert",
        ),
        (
            "http: server gave HTTP response to HTTPS client",
            "llm_stores[bucket].endpoint",
            "Write the other one of http:// and https://",
        ),
    ],
)
def test_what_a_server_says_becomes_what_to_change(words: str, path: str, hint: str) -> None:
    problem = told(store(), RcloneFailed(words))
    assert problem.path == path
    assert hint in problem.hint
    assert "api error" not in str(problem)


@pytest.mark.req("S4-12")
def test_a_missing_bucket_shows_as_a_missing_directory() -> None:
    problem = told(store(), RcloneFailed("directory not found", no_bucket=True))
    assert str(problem).startswith("V-12 llm_stores[bucket].bucket: there is no bucket demo at https://s3.ex")


def test_without_keys_the_store_lacks_a_secret() -> None:
    problem = told(store(secret=None), RcloneFailed(said("AccessDenied")))
    assert (problem.path, problem.message) == ("llm_stores[bucket].secret", "the bucket asks for keys.")


def test_what_nobody_foresaw_is_told_as_it_is() -> None:
    problem = told(store(), RcloneFailed(said("SlowDown", "Please reduce your request rate.")))
    assert "api error SlowDown: Please reduce" in problem.message
