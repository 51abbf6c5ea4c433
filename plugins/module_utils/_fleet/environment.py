# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets whose value lies in the environment of the machine that runs the task."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

from .problem import Problem
from .records import RegistryLogin, Secret
from .schema import keys

USER = "username"
"""No secret, and so written beside a password from anywhere."""


def resolve(secret: Secret, environ: Mapping[str, str]) -> tuple[Secret, list[Problem]]:
    """The secret with the values that its ``env`` points to in its place, and what is missing there."""
    if not secret.env or written_fields(secret):
        return secret, []
    suffixes = ("_ACCESS_KEY_ID", "_SECRET_ACCESS_KEY") if secret.kind == "s3" else ("",)
    names = [secret.env + suffix for suffix in suffixes]
    if missing := [name for name in names if not environ.get(name)]:
        return secret, [_problem(secret, f"{' and '.join(missing)} not set in the environment.")]
    found = [environ[name] for name in names]
    if secret.kind == "s3":
        return replace(secret, env=None, access_key=found[0], secret_key=found[1]), []
    if secret.kind in ("hf-token", "api-key"):
        return replace(secret, env=None, value=found[0]), []
    if secret.kind == "basic-auth":
        return replace(secret, env=None, password=found[0]), []
    try:
        if secret.kind == "generic":
            return replace(secret, env=None, data=_texts(found[0])), []
        return replace(secret, env=None, registries=_logins(found[0])), []
    except (ValueError, TypeError, AttributeError, KeyError):
        expected = {
            "generic": "map of texts as JSON",
            "registry": "Docker configuration with user and password",
        }
        return secret, [_problem(secret, f"{secret.env} holds no {expected[secret.kind]}.")]


def own_fields(kind: str) -> list[str]:
    """The keys by which a secret of this kind is given as a value."""
    return [key.name for key in keys(Secret).values() if kind in key.declared.kinds and key.name != USER]


def written_fields(secret: Secret) -> list[str]:
    """Those of them that are there."""
    return [name for name in own_fields(secret.kind) if getattr(secret, name)]


def _texts(written: str) -> dict[str, str]:
    found = json.loads(written)
    if not all(isinstance(value, str) for value in found.values()):
        raise TypeError
    return dict(found)


def _logins(written: str) -> tuple[RegistryLogin, ...]:
    """The logins of a Docker configuration, ``{"auths": {"host": {"username": …, "password": …}}}``."""
    import base64

    logins = []
    for server, entry in json.loads(written)["auths"].items():
        username, password = entry.get("username"), entry.get("password")
        if username is None or password is None:
            login = base64.b64decode(entry["auth"], validate=True).decode()
            username, _colon, password = login.partition(":")
        logins.append(RegistryLogin(server=server, username=username, password=password))
    return tuple(logins)


def _problem(secret: Secret, message: str) -> Problem:
    return Problem(
        code="V-19",
        path=f"llm_secrets[{secret.name}].env",
        message=message,
        hint="Set it where the playbook runs, or give the value or an existing Secret.",
    )
