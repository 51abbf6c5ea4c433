# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a target asks for, by value or from its Secret."""

from __future__ import annotations

import base64
import binascii

from .._cluster import Client
from .._names import BASIC_AUTH_PASSWORD, BASIC_AUTH_USER
from .._workload import SecretKey
from .asking import NotReached
from .target import Basic, BasicSecret, Target


def api_key(target: Target, client: Client | None) -> str | None:
    """The key in plain text, None where the target asks for none. Raises NotReached where it is missing."""
    given = target.api_key
    if not isinstance(given, SecretKey):
        return given
    (key,) = _values(client, target.namespace, given.secret, (given.key,))
    return key


def login(target: Target, client: Client | None) -> Basic | None:
    """User name and password. Raises NotReached where they are missing."""
    given = target.basic
    if not isinstance(given, BasicSecret):
        return given
    keys = (BASIC_AUTH_USER, BASIC_AUTH_PASSWORD)
    username, password = _values(client, target.namespace, given.name, keys)
    return Basic(username=username, password=password)


def _values(client: Client | None, namespace: str, name: str, keys: tuple[str, ...]) -> list[str]:
    found = client.get("v1", "Secret", name, namespace) if client else None
    if found is None:
        raise NotReached("NoCredentials", f"there is no Secret {namespace}/{name}", passing=False)
    values = []
    for key in keys:
        try:
            values.append(base64.b64decode(found["data"][key], validate=True).decode())
        except (KeyError, TypeError, binascii.Error) as error:
            detail = f"Secret {namespace}/{name} has no key {key}"
            raise NotReached("NoCredentials", detail, passing=False) from error
    return values
