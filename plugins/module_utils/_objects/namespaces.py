# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The namespaces that the inventory describes."""

from __future__ import annotations

from typing import Any

from .._fleet import Fleet
from .._fleet.records import Namespace
from .._platforms import preset_objects


def namespace_objects(fleet: Fleet) -> list[dict[str, Any]]:
    """Namespaces to create or label, whose labels of others stay, and what the services of one share."""
    made = [_namespace(entry) for entry in fleet.cluster.namespaces if entry.create]
    return [*made, *preset_objects(fleet)]


def _namespace(entry: Namespace) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": entry.name}
    labels = {**entry.labels, **_injection(entry.istio)}
    if labels:
        metadata["labels"] = labels
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def _injection(istio: str) -> dict[str, str]:
    """Istio takes either of two labels, never both."""
    if istio == "none":
        return {}
    return {"istio-injection": "enabled"} if istio == "enabled" else {"istio.io/rev": istio}
