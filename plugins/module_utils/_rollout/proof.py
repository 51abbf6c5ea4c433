# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which revisions were seen to serve."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from .._apply import ObjectSet, Revision, inspect, list_revisions, mark_verified
from .._cluster import Client
from .._plan import ServicePlan
from .._sets.services import set_of
from .optional import known_to


@dataclass(frozen=True, kw_only=True)
class Proof:
    """``revision`` is None where nothing was proved; then ``notice`` says why."""

    name: str
    revision: int | None
    changed: bool = False
    notice: str = ""


class Recorder:
    """Reads what services run before they are asked, because what comes later was not, and marks it after."""

    def __init__(self, client: Client, plans: Sequence[ServicePlan]) -> None:
        self._client, self._plans = client, plans
        self._running = client.in_parallel(partial(_newest, client), plans)

    def mark(self, answering: Collection[str], *, check_mode: bool = False) -> dict[str, Proof]:
        """Marks the revisions of services that answered as verified, unless somebody changed the objects
        since they were applied: then it was not the revision that answered."""
        due = [
            (plan, running)
            for plan, running in zip(self._plans, self._running, strict=True)
            if plan.name in answering
        ]
        proofs = self._client.in_parallel(lambda one: _mark(self._client, *one, check_mode=check_mode), due)
        return {proof.name: proof for proof in proofs}


def _newest(client: Client, plan: ServicePlan) -> Revision | None:
    history = list_revisions(client, name=set_of(plan.name), namespace=plan.namespace)
    return history[0] if history else None


def _mark(client: Client, plan: ServicePlan, revision: Revision | None, *, check_mode: bool) -> Proof:
    if revision is None:
        return _nothing(plan, "no revision of it is kept. Roll it out first.")
    if revision.verified:
        return Proof(name=plan.name, revision=revision.number)
    applied = ObjectSet(name=set_of(plan.name), namespace=plan.namespace, objects=list(revision.objects))
    (wanted,), _notices = known_to(client, [applied])
    drift = inspect(client, wanted).drift
    if drift:
        changed = ", ".join(sorted(f"{one.kind} {one.name}" for one in drift))
        return _nothing(plan, f"somebody changed {changed} since revision {revision.number} was applied.")
    if not check_mode:
        mark_verified(client, revision, namespace=plan.namespace)
    return Proof(name=plan.name, revision=revision.number, changed=True)


def _nothing(plan: ServicePlan, why: str) -> Proof:
    notice = f"{plan.name} answered, but no revision is marked as verified: {why}"
    return Proof(name=plan.name, revision=None, notice=notice)
