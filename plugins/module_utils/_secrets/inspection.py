# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at the Secrets of the inventory as they are in the cluster. No value leaves this package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .._cluster import Client
from .._fleet import Fleet, Secret
from .._objects.secrets import secret_namespaces
from .shape import faults


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One Secret and what is wrong with it; nothing is wrong where ``faults`` is empty."""

    entry: str
    namespace: str
    name: str
    faults: tuple[str, ...]

    def __str__(self) -> str:
        return f"llm_secrets[{self.entry}]: Secret {self.namespace}/{self.name}: {'; '.join(self.faults)}"


def inspect(client: Client, fleet: Fleet, secrets: Sequence[Secret]) -> list[Finding]:
    """One finding for each Secret that these entries mean."""
    places = [(secret, namespace) for secret in secrets for namespace in secret_namespaces(fleet, secret)]

    def look(place: tuple[Secret, str]) -> Finding:
        secret, namespace = place
        name = secret.existing or secret.name
        live = client.get("v1", "Secret", name, namespace)
        found = ["it does not exist"] if live is None else faults(secret.kind, live)
        return Finding(entry=secret.name, namespace=namespace, name=name, faults=tuple(found))

    return list(client.in_parallel(look, places))
