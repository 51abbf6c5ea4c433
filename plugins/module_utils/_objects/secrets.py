# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Secrets that the inventory gives values for."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

from .._exposure.basic_auth_filter import basic_auth_filter, filtered_services
from .._fleet import Fleet, Secret, Service
from .._names import (
    API_KEY_KEY,
    BASIC_AUTH_PASSWORD,
    BASIC_AUTH_TYPE,
    BASIC_AUTH_USER,
    HTPASSWD_KEY,
    HUB_TOKEN_KEYS,
    MANAGED_BY_LABEL,
    MANAGER,
    S3_ACCESS_KEY,
    S3_SECRET_KEY,
    SECRET_LABEL,
)
from .._platforms.kserve_secret import kserve_annotations


def secret_objects(fleet: Fleet, secret: Secret) -> list[dict[str, Any]]:
    """The Secret in each of its namespaces, and what else holds it; nothing for one that is there already."""
    return [obj for _namespace, obj in placed_secret_objects(fleet, secret)]


def placed_secret_objects(fleet: Fleet, secret: Secret) -> list[tuple[str, dict[str, Any]]]:
    """The same, each with the namespace for whose sake it is there."""
    if secret.existing is not None:
        return []
    made = _KINDS[secret.kind](fleet, secret)
    namespaces = secret_namespaces(fleet, secret)
    placed = [(namespace, _in_namespace(secret, namespace, made)) for namespace in namespaces]
    return placed + [
        (service.namespace, basic_auth_filter(fleet, service, secret=secret.name, htpasswd=htpasswd(secret)))
        for service in filtered_services(fleet, secret.name)
    ]


def secret_namespaces(fleet: Fleet, secret: Secret) -> list[str]:
    """The given namespaces, else those of the services that use the entry."""
    if secret.namespaces:
        return list(secret.namespaces)
    everywhere = fleet.cluster.registry.pull_secret == secret.name
    return sorted(
        {
            service.namespace
            for service in fleet.specifications
            if everywhere or secret.name in _entries(fleet, service)
        }
    )


def htpasswd(secret: Secret) -> str:
    """User name and hash in the one form that Envoy takes."""
    digest = hashlib.sha1((secret.password or "").encode(), usedforsecurity=False).digest()
    return f"{secret.username}:{{SHA}}{base64.b64encode(digest).decode()}"


def _entries(fleet: Fleet, service: Service) -> set[str | None]:
    """The entries that a service uses."""
    auth = service.expose.auth
    buckets = {fleet.stores[name].secret for name in service.repositories}
    return {*service.pull_secrets, _store_secret(fleet, service.model), auth.basic, auth.api_key, *buckets}


def _store_secret(fleet: Fleet, model: str) -> str | None:
    store = fleet.models[model].store
    return fleet.stores[store].secret if store is not None else None


def _in_namespace(secret: Secret, namespace: str, made: dict[str, Any]) -> dict[str, Any]:
    metadata: dict[str, Any] = {
        "name": secret.name,
        "namespace": namespace,
        "labels": {MANAGED_BY_LABEL: MANAGER, SECRET_LABEL: secret.name},
    }
    if made.get("annotations"):
        metadata["annotations"] = made["annotations"]
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "type": made.get("type", "Opaque"),
        "data": {key: _base64(value) for key, value in made["data"].items()},
    }


def _hub_token(fleet: Fleet, secret: Secret) -> dict[str, Any]:
    return {"data": dict.fromkeys(HUB_TOKEN_KEYS, secret.value or "")}


def _registry(fleet: Fleet, secret: Secret) -> dict[str, Any]:
    """A Docker configuration; the password stays as it is, ``auth`` is what clients send."""
    auths = {
        login.server: {
            "username": login.username,
            "password": login.password,
            "auth": _base64(f"{login.username}:{login.password}"),
        }
        for login in secret.registries
    }
    config = json.dumps({"auths": auths}, separators=(",", ":"), ensure_ascii=False)
    return {"type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson": config}}


def _s3(fleet: Fleet, secret: Secret) -> dict[str, Any]:
    """KServe reads the endpoint beside the keys; everything else has it from the store."""
    data = {S3_ACCESS_KEY: secret.access_key or "", S3_SECRET_KEY: secret.secret_key or ""}
    users = [store for store in fleet.stores.values() if store.kind == "s3" and store.secret == secret.name]
    return {"data": data, "annotations": kserve_annotations(users[0]) if users else {}}


def _basic_auth(fleet: Fleet, secret: Secret) -> dict[str, Any]:
    """Each proxy finds what it reads: Traefik the type, Envoy Gateway the hash."""
    data = {
        BASIC_AUTH_USER: secret.username or "",
        BASIC_AUTH_PASSWORD: secret.password or "",
        HTPASSWD_KEY: htpasswd(secret),
    }
    return {"type": BASIC_AUTH_TYPE, "data": data}


def _api_key(fleet: Fleet, secret: Secret) -> dict[str, Any]:
    return {"data": {API_KEY_KEY: secret.value or ""}}


def _generic(fleet: Fleet, secret: Secret) -> dict[str, Any]:
    return {"data": secret.data}


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


_KINDS: dict[str, Callable[[Fleet, Secret], dict[str, Any]]] = {
    "hf-token": _hub_token,
    "registry": _registry,
    "s3": _s3,
    "basic-auth": _basic_auth,
    "api-key": _api_key,
    "generic": _generic,
}
