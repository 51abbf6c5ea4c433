# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What services run as they are asked: what it serves, and that it was seen to serve."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .._apply import ObjectSet, Revision, inspect, list_revisions, mark_verified
from .._cluster import Client
from .._fleet import Service
from .._served import SERVES, Served, remembered
from .._sets.optional import known_to
from .._sets.services import set_of


@dataclass(frozen=True, kw_only=True)
class Proof:
    """``revision`` is None where nothing was proved; then ``notice`` says why."""

    name: str
    revision: int | None
    changed: bool = False
    notice: str = ""


class Running:
    """The newest revisions of services, read before they are asked, because what comes later was not."""

    def __init__(self, client: Client, services: Sequence[Service]) -> None:
        self._client = client
        newest = client.in_parallel(self._newest, services)
        self._revisions = list(zip(services, newest, strict=True))

    def served(self) -> list[Served]:
        """What the revisions serve. Raises ValueError with every service that has none that says so."""
        unknown = [
            _unremembered(*one) for one in self._revisions if one[1] is None or SERVES not in one[1].facts
        ]
        if unknown:
            raise ValueError("\n".join(unknown))
        return [
            remembered(service.name, service.namespace, revision.facts[SERVES], revision.objects)
            for service, revision in self._revisions
            if revision is not None
        ]

    def mark(self, answering: Collection[str], *, check_mode: bool = False) -> dict[str, Proof]:
        """Marks the revisions of services that answered as verified, unless somebody changed the objects
        since they were applied: then it was not the revision that answered."""
        due = [one for one in self._revisions if one[0].name in answering]
        proofs = self._client.in_parallel(lambda one: _mark(self._client, *one, check_mode=check_mode), due)
        return {proof.name: proof for proof in proofs}

    def _newest(self, service: Service) -> Revision | None:
        history = list_revisions(self._client, name=set_of(service.name), namespace=service.namespace)
        return history[0] if history else None


def _mark(client: Client, service: Service, revision: Revision | None, *, check_mode: bool) -> Proof:
    if revision is None:
        return _nothing(service, "no revision of it is kept. Roll it out first.")
    if revision.verified:
        return Proof(name=service.name, revision=revision.number)
    applied = ObjectSet(
        name=set_of(service.name), namespace=service.namespace, objects=list(revision.objects)
    )
    (wanted,), _notices = known_to(client, [applied])
    drift = inspect(client, wanted).drift
    if drift:
        changed = ", ".join(sorted(f"{one.kind} {one.name}" for one in drift))
        return _nothing(service, f"somebody changed {changed} since revision {revision.number} was applied.")
    if not check_mode:
        mark_verified(client, revision, namespace=service.namespace)
    return Proof(name=service.name, revision=revision.number, changed=True)


def _nothing(service: Service, why: str) -> Proof:
    notice = f"{service.name} answered, but no revision is marked as verified: {why}"
    return Proof(name=service.name, revision=None, notice=notice)


def _unremembered(service: Service, revision: Revision | None) -> str:
    place = f"{service.namespace}/{service.name}"
    if revision is None:
        return (
            f"{place}: no revision is kept that could say what it serves. Roll it out, or expect: inventory."
        )
    return f"{place}: revision {revision.number} does not say what it serves. Write expect: inventory."
