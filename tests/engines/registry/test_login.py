# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Docker client's own parser reads the login of a registry as we write it."""

from __future__ import annotations

import base64
import json

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._fleet import load
from ansible_collections.inferops.serving.plugins.module_utils._objects import secret_objects
from docker.auth import AuthConfig

pytestmark = [pytest.mark.proof("E")]


@pytest.mark.req("S1-39")
@pytest.mark.parametrize("password", ["plain", "pä$'\"\\ßword", "cGFzc3dvcmQ=", "with:colon"])
def test_the_parser_finds_user_and_password_of_each_registry(password: str) -> None:
    logins = [
        {"server": "nvcr.io", "username": "$oauthtoken", "password": password},
        {"server": "registry.example:5000", "username": "puller", "password": "other"},
    ]
    entry = {"name": "ngc-container-pull", "kind": "registry", "registries": logins, "namespaces": ["a"]}
    fleet, problems = load({"llm_secrets": [entry]})
    assert not problems
    (secret,) = secret_objects(fleet, fleet.secrets["ngc-container-pull"])
    written = json.loads(base64.b64decode(secret["data"][".dockerconfigjson"]))

    parsed = AuthConfig({"auths": AuthConfig.parse_auth(written["auths"], raise_on_error=True)})
    for login in logins:
        found = parsed.resolve_authconfig(login["server"])
        assert found is not None
        assert (found["username"], found["password"]) == (login["username"], login["password"])
    assert parsed.resolve_authconfig("elsewhere.example") is None
