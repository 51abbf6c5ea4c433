# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of every Secret that pods read, so that a changed value replaces them."""

from __future__ import annotations

from typing import Any

from .._cluster import Client
from .._fleet import Fleet, Secret
from .._objects.secrets import secret_namespaces, secret_objects
from .digest import digest


def states(client: Client, fleet: Fleet) -> dict[tuple[str, str], str]:
    """By namespace and name of a Secret: a text that changes when its content does.

    Where the inventory gives the value, the wanted content counts, so that check mode already knows which
    pods the real run replaces. Logins of registries are left out: they are used only before a pod starts.
    """
    places = [
        (secret, namespace)
        for secret in fleet.secrets.values()
        if secret.kind != "registry"
        for namespace in secret_namespaces(fleet, secret)
    ]

    def look(place: tuple[Secret, str]) -> tuple[tuple[str, str], str] | None:
        secret, namespace = place
        name = secret.existing or secret.name
        live = client.get("v1", "Secret", name, namespace)
        if live is None:
            return None
        return (namespace, name), digest(live | _wanted(fleet, secret))

    return dict(found for found in client.in_parallel(look, places) if found is not None)


def _wanted(fleet: Fleet, secret: Secret) -> dict[str, Any]:
    if not has_value(secret):
        return {}
    objects = secret_objects(fleet, secret)
    return {key: objects[0][key] for key in ("type", "data")} if objects else {}


def has_value(secret: Secret) -> bool:
    """Whether the inventory, or the environment it points to, gave the value."""
    logins = bool(secret.registries) and all(login.password for login in secret.registries)
    return bool(secret.value or logins or (secret.access_key and secret.secret_key))
