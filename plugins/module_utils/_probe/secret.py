# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The API key of a target, by value or from its Secret."""

from __future__ import annotations

import base64
import binascii

from .._cluster import Client
from .._workload import SecretKey
from .asking import NotReached
from .target import Target


def api_key(target: Target, client: Client | None) -> str | None:
    """The key in plain text, None where the target asks for none. Raises NotReached where it is missing."""
    given = target.api_key
    if not isinstance(given, SecretKey):
        return given
    found = client.get("v1", "Secret", given.secret, target.namespace) if client else None
    if found is None:
        detail = f"there is no Secret {target.namespace}/{given.secret}"
        raise NotReached("NoCredentials", detail, passing=False)
    try:
        return base64.b64decode(found["data"][given.key], validate=True).decode()
    except (KeyError, TypeError, binascii.Error) as error:
        detail = f"Secret {target.namespace}/{given.secret} has no key {given.key}"
        raise NotReached("NoCredentials", detail, passing=False) from error
