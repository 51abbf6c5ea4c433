# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looking at the Secrets of the inventory as they are in the cluster. No value leaves this package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .._cluster import Client
from .._exposure.basic_auth_filter import API_VERSION, KIND, filter_name, filtered_services
from .._fleet import Fleet, Secret
from .._objects.secrets import secret_namespaces
from .shape import faults


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One object with credentials and what is wrong with it; nothing where ``faults`` is empty."""

    kind: str = "Secret"
    entry: str
    namespace: str
    name: str
    faults: tuple[str, ...]

    def __str__(self) -> str:
        return (
            f"llm_secrets[{self.entry}]: {self.kind} {self.namespace}/{self.name}: {'; '.join(self.faults)}"
        )


def inspect(client: Client, fleet: Fleet, secrets: Sequence[Secret]) -> list[Finding]:
    """One finding for each Secret that these entries mean, and for each filter that asks for its password."""
    places = [(secret, namespace) for secret in secrets for namespace in secret_namespaces(fleet, secret)]

    def look(place: tuple[Secret, str]) -> Finding:
        secret, namespace = place
        name = secret.existing or secret.name
        live = client.get("v1", "Secret", name, namespace)
        found = ["it does not exist"] if live is None else faults(secret.kind, live)
        return Finding(entry=secret.name, namespace=namespace, name=name, faults=tuple(found))

    return [*client.in_parallel(look, places), *_filters(client, fleet, secrets)]


def _filters(client: Client, fleet: Fleet, secrets: Sequence[Secret]) -> Iterator[Finding]:
    """Without its filter a gateway of Istio lets everybody in."""
    namespace = fleet.cluster.components.istio.root_namespace
    for secret in secrets:
        for service in filtered_services(fleet, secret.name):
            name = filter_name(service)
            live = client.get(API_VERSION, KIND, name, namespace)
            faults = () if live is not None else (f"it does not exist: {service.name} is open to everybody",)
            yield Finding(kind=KIND, entry=secret.name, namespace=namespace, name=name, faults=faults)
