# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a Secret in the cluster is what its kind needs. What is said about it never holds a value."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .._names import (
    API_KEY_KEY,
    BASIC_AUTH_PASSWORD,
    BASIC_AUTH_USER,
    HTPASSWD_KEY,
    HUB_TOKEN_KEYS,
    S3_ACCESS_KEY,
    S3_SECRET_KEY,
)

DOCKER_CONFIG_TYPE = "kubernetes.io/dockerconfigjson"
DOCKER_CONFIG_KEY = ".dockerconfigjson"

Data = Mapping[str, bytes]


def faults(kind: str, secret: Mapping[str, Any]) -> list[str]:
    """What is wrong with the Secret, in the form the API server gives it."""
    try:
        data = {
            key: base64.b64decode(value, validate=True) for key, value in (secret.get("data") or {}).items()
        }
    except binascii.Error:
        return ["its data is not base64"]
    return list(_SHAPES[kind](secret, data))


def _hub_token(_secret: Mapping[str, Any], data: Data) -> Iterator[str]:
    present = [key for key in HUB_TOKEN_KEYS if key in data]
    if not present:
        yield f"it has none of the keys {', '.join(HUB_TOKEN_KEYS)} (it has: {_keys(data)})"
    for key in present:
        yield from _text(key, data[key])
    if len({data[key].strip() for key in present}) > 1:
        yield f"the keys {' and '.join(present)} hold different tokens"


def _s3(_secret: Mapping[str, Any], data: Data) -> Iterator[str]:
    yield from _has((S3_ACCESS_KEY, S3_SECRET_KEY), data)


def _api_key(_secret: Mapping[str, Any], data: Data) -> Iterator[str]:
    yield from _has((API_KEY_KEY,), data)


def _basic_auth(_secret: Mapping[str, Any], data: Data) -> Iterator[str]:
    """Envoy refuses other hashes, and the gateway then answers nothing at all."""
    yield from _has((BASIC_AUTH_USER, BASIC_AUTH_PASSWORD, HTPASSWD_KEY), data)
    lines = data.get(HTPASSWD_KEY, b"").decode(errors="replace").split()
    if any(":{SHA}" not in line for line in lines):
        yield f"key {HTPASSWD_KEY} has a line without {{SHA}}, the only hash that Envoy takes"


def _generic(_secret: Mapping[str, Any], data: Data) -> Iterator[str]:
    if not data:
        yield "it has no key"


def _has(keys: tuple[str, ...], data: Data) -> Iterator[str]:
    for key in keys:
        if key not in data:
            yield f"key {key} is missing (it has: {_keys(data)})"
        else:
            yield from _text(key, data[key])


def _registry(secret: Mapping[str, Any], data: Data) -> Iterator[str]:
    if secret.get("type") != DOCKER_CONFIG_TYPE:
        yield f"its type is {secret.get('type')}, image pulls need {DOCKER_CONFIG_TYPE}"
    if DOCKER_CONFIG_KEY not in data:
        yield f"key {DOCKER_CONFIG_KEY} is missing (it has: {_keys(data)})"
        return
    try:
        logins = json.loads(data[DOCKER_CONFIG_KEY])["auths"].items()
    except (ValueError, KeyError, TypeError, AttributeError):
        yield f"{DOCKER_CONFIG_KEY} is not JSON of the form {{auths: {{server: …}}}}"
        return
    if not logins:
        yield f"{DOCKER_CONFIG_KEY} has no login"
    for server, login in logins:
        yield from (f"login of {server}: {fault}" for fault in _login(login))


def _login(login: Any) -> Iterator[str]:
    if not isinstance(login, Mapping):
        yield "is no map"
        return
    username, password, auth = (login.get(key) for key in ("username", "password", "auth"))
    if auth is None and (not username or not password):
        yield "has neither auth nor username and password"
    if str(username or "").startswith("\\"):
        yield "username starts with a backslash; for nvcr.io it is $oauthtoken as it is"
    if auth is None or username is None or password is None:
        return
    try:
        told = base64.b64decode(auth, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, TypeError):
        yield "auth is not base64 of username:password"
        return
    if told != f"{username}:{password}":
        yield "auth and username:password are not the same"


def _text(key: str, value: bytes) -> Iterator[str]:
    if not value.strip():
        yield f"key {key} is empty"
    elif value != value.strip():
        yield f"the value of {key} begins or ends with white space, which programs send as part of it"


def _keys(data: Data) -> str:
    return ", ".join(sorted(data)) or "no key"


_SHAPES: Mapping[str, Callable[[Mapping[str, Any], Data], Iterator[str]]] = {
    "hf-token": _hub_token,
    "registry": _registry,
    "s3": _s3,
    "basic-auth": _basic_auth,
    "api-key": _api_key,
    "generic": _generic,
}
