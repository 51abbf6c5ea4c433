# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pods behind a place."""

from __future__ import annotations

from .._cluster import Client, Object
from .place import Place


def find_pods(client: Client, place: Place) -> list[Object]:
    """The place's pods that are not on their way out, newest first."""
    if place.pod:
        named = client.get("v1", "Pod", place.pod, place.namespace)
        return [named] if named else []
    selector = place.selector or _selector_of_service(client, place)
    if selector is None:
        return []
    found = client.list("v1", "Pod", namespace=place.namespace, label_selector=selector)
    living = [pod for pod in found if not pod["metadata"].get("deletionTimestamp")]
    return sorted(living, key=lambda pod: str(pod["metadata"]["creationTimestamp"]), reverse=True)


def is_ready(obj: Object) -> bool:
    """Whether a pod or a node is Ready."""
    conditions = (obj.get("status") or {}).get("conditions") or ()
    return any(entry["type"] == "Ready" and entry["status"] == "True" for entry in conditions)


def service_of(client: Client, place: Place) -> Object | None:
    """The Service in front of it, where one publishes it."""
    named = next((entry for entry in place.publishers if entry.kind == "Service"), None)
    return client.get("v1", "Service", named.name, place.namespace) if named else None


def _selector_of_service(client: Client, place: Place) -> str | None:
    service = service_of(client, place)
    labels = (service or {}).get("spec", {}).get("selector") or {}
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items())) or None
