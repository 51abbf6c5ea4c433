# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Going back to what was applied before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

from .._apply import (
    Action,
    Diagnosis,
    ObjectSet,
    Outcome,
    Revision,
    last_verified,
    list_revisions,
    record_revision,
    withdraw,
)
from .._apply.engine import silent
from .._cluster import Client
from .._fleet import Service
from .._sets.optional import known_to
from .._sets.services import set_of
from .afterwards import afterwards
from .rollout import Rollout, Say, carry_out_in_turn, written
from .serial import SERIAL
from .verdict import overall

VERIFIED = "verified"
"""Instead of a number: the newest revision that was seen to serve."""


class NoRevision(Exception):
    """There is nothing to go back to."""


@dataclass(frozen=True, kw_only=True)
class Restored:
    """``restored`` and ``from_revision`` are numbers before the run; ``revision`` is the one since."""

    name: str
    namespace: str
    action: str
    changed: bool
    ready: bool | None
    restored: int
    from_revision: int
    revision: int
    verified: bool
    actions: Sequence[Action] = ()
    diagnosis: Sequence[Diagnosis] = ()

    def result(self) -> dict[str, Any]:
        """As a module returns it."""
        return {
            **asdict(self),
            "actions": [asdict(action) for action in self.actions],
            "diagnosis": [one.result() for one in self.diagnosis],
        }


@dataclass(frozen=True, kw_only=True)
class Restoration:
    services: Sequence[Restored]
    diff: Sequence[dict[str, str]]
    notices: Sequence[str]

    @property
    def changed(self) -> bool:
        return any(one.changed for one in self.services)


@dataclass(frozen=True, kw_only=True)
class _Step:
    """From one revision of a service to another."""

    service: Service
    current: Revision
    target: Revision


def restore(
    client: Client,
    services: Sequence[Service],
    asked: Rollout,
    *,
    revision: str = VERIFIED,
    reason: str,
    progress: Say = silent,
) -> Restoration:
    """Applies an earlier revision of each service: ``verified``, or a number that one has or had.

    What is left behind is marked as withdrawn. Raises NoRevision, with every service that has none to go back
    to, and what ``_apply.apply`` raises; then nothing was written.
    """
    steps = _steps(client, services, revision)
    sets, notices = known_to(client, [_set(step) for step in steps])
    serial = [bool(step.target.facts.get(SERIAL)) for step in steps]
    outcomes = carry_out_in_turn(client, asked, sets, serial, progress=progress)

    def conclude(number: int) -> Restored:
        step, outcome = steps[number], outcomes[number]
        moved = step.target.name != step.current.name
        outcome.changed |= moved
        newest: Revision | None = None
        if moved and not asked.check_mode and written(outcome, sets[number]):
            newest = afterwards(outcome, partial(_record, client, step, asked, reason))
        return _restored(step, outcome, asked, newest or step.target)

    return Restoration(
        services=list(client.in_parallel(conclude, range(len(steps)))),
        diff=[difference for outcome in outcomes for difference in outcome.diff],
        notices=[*notices, *(text for outcome in outcomes for text in outcome.warnings)],
    )


def _steps(client: Client, services: Sequence[Service], revision: str) -> list[_Step]:
    histories = client.in_parallel(
        lambda one: list_revisions(client, name=set_of(one.name), namespace=one.namespace), services
    )
    steps: list[_Step] = []
    missing: list[str] = []
    for service, history in zip(services, histories, strict=True):
        target = choose_revision(history, revision)
        if target is None:
            missing.append(_why(service, history, revision))
        else:
            steps.append(_Step(service=service, current=history[0], target=target))
    if missing:
        raise NoRevision("\n".join(missing))
    return steps


def choose_revision(history: Sequence[Revision], revision: str) -> Revision | None:
    """The revision that is meant; *history* is the newest first."""
    if revision == VERIFIED:
        return last_verified(history)
    return next((one for one in history if one.has_been(int(revision))), None)


def _why(service: Service, history: Sequence[Revision], revision: str) -> str:
    named = f"{service.namespace}/{service.name}"
    if not history:
        return f"{named}: no revision is kept. It was never rolled out, or removed since."
    known = ", ".join(f"{one.number}{' (verified)' if one.verified else ''}" for one in history)
    wanted = "verified revision" if revision == VERIFIED else f"revision {revision}"
    return f"{named}: there is no {wanted} to go back to. Name one of these: {known}."


def _set(step: _Step) -> ObjectSet:
    recreate = frozenset(obj["kind"] for obj in step.target.objects) if step.service.recreate else frozenset()
    return ObjectSet(
        name=set_of(step.service.name),
        namespace=step.service.namespace,
        objects=list(step.target.objects),
        recreate=recreate,
    )


def _record(client: Client, step: _Step, asked: Rollout, reason: str) -> Revision:
    """Keeps the target as the newest revision, and marks what it replaced."""
    name, namespace = set_of(step.service.name), step.service.namespace
    newest, _new = record_revision(
        client,
        name=name,
        namespace=namespace,
        objects=step.target.objects,
        spec_hash=step.target.spec_hash,
        entry_hash=step.target.entry_hash,
        facts=step.target.facts,
        applied_by=asked.applied_by,
        limit=step.service.rollout.revision_history,
    )
    if step.current.entry_hash != newest.entry_hash:
        withdraw(client, step.current, namespace=namespace, reason=reason)
    return newest


def _restored(step: _Step, outcome: Outcome, asked: Rollout, newest: Revision) -> Restored:
    return Restored(
        name=step.service.name,
        namespace=step.service.namespace,
        action=overall(outcome, state="present", check_mode=asked.check_mode),
        changed=outcome.changed,
        ready=None if asked.check_mode or not asked.wait else not outcome.diagnosis,
        restored=step.target.number,
        from_revision=step.current.number,
        revision=newest.number,
        verified=newest.verified,
        actions=tuple(outcome.actions),
        diagnosis=tuple(outcome.diagnosis),
    )
