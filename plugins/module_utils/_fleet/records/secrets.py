# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``llm_secrets``: credentials, by value, from the environment, or already in the cluster."""

from __future__ import annotations

from dataclasses import dataclass

from ..option import option


@dataclass(frozen=True, kw_only=True)
class RegistryLogin:
    server: str = option("Registry host, for example V(nvcr.io).")
    username: str = option("User name. For V(nvcr.io) the literal V($oauthtoken).")
    password: str = option("Password or API key, not base64-encoded.", secret=True)


@dataclass(frozen=True, kw_only=True)
class Secret:
    name: str = option("Name of the entry and of the Kubernetes Secret.")
    kind: str = option(
        "V(hf-token) is a Hugging Face access token, V(registry) logs in to image registries, V(s3) is a"
        " pair of keys of an S3 store, V(basic-auth) a user name and password of clients,"
        " V(api-key) the key that"
        " clients show to the engine, V(generic) any keys and values.",
        choices=("hf-token", "registry", "s3", "basic-auth", "api-key", "generic"),
    )
    namespaces: tuple[str, ...] = option(
        "Namespaces that get the Secret.", default=(), implied="the namespaces of the services that use it"
    )
    existing: str | None = option(
        "Name of a Secret that is already in every such namespace; nothing is written.", default=None
    )
    env: str | None = option(
        "Environment variable of the machine that runs the task. For V(hf-token) it holds the token, for"
        " V(api-key) the key, for V(basic-auth) the password, for V(registry) a Docker"
        " configuration as JSON, for"
        " V(generic) a map as JSON; for V(s3) it is a prefix: V(AWS) reads E(AWS_ACCESS_KEY_ID) and"
        " E(AWS_SECRET_ACCESS_KEY).",
        default=None,
    )
    value: str | None = option("The token or key.", default=None, secret=True, kinds=("hf-token", "api-key"))
    registries: tuple[RegistryLogin, ...] = option(
        "Logins of all registries.", default=(), kinds=("registry",)
    )
    access_key: str | None = option("Access key id.", default=None, secret=True, kinds=("s3",))
    secret_key: str | None = option("Secret access key.", default=None, secret=True, kinds=("s3",))
    username: str | None = option(
        "User name. Required for V(basic-auth); there is no default.", default=None, kinds=("basic-auth",)
    )
    password: str | None = option("Password.", default=None, secret=True, kinds=("basic-auth",))
    data: dict[str, str] = option(
        "Keys and values, not base64-encoded.", default={}, secret=True, kinds=("generic",)
    )
