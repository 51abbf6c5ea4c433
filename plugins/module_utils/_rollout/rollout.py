# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rolling services out and taking them away, the whole fleet under one deadline."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from .._apply import (
    ObjectSet,
    Outcome,
    Refused,
    apply,
    list_revisions,
    record_revision,
    remove,
    specification_hash,
)
from .._apply.engine import silent
from .._apply.presence import vacant
from .._cluster import Client
from .._plan import ServicePlan, entry_hash
from .._served import SERVES, memory, planned, public_address
from .._sets import namespace_sets
from .._sets.optional import known_to
from .._sets.services import service_set
from .afterwards import afterwards
from .injection import without_device
from .serial import SERIAL, apply_serially, is_serial
from .verdict import Verdict, verdict

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """What is asked of a run."""

    check_mode: bool = False
    prune: bool = True
    force_conflicts: bool = False
    recreate: Iterable[str] = ()
    wait: bool = True
    wait_timeout: float = 600
    show_diff: bool = False
    applied_by: str = ""
    """Who or what started the run, for the record."""

    def until(self, deadline: float) -> Rollout:
        """The same, and no longer."""
        return replace(self, wait_timeout=max(1.0, deadline - time.monotonic()))


@dataclass(frozen=True, kw_only=True)
class Result:
    verdicts: Sequence[Verdict]
    diff: list[dict[str, str]]
    duration: dict[str, float]
    namespaces_changed: bool
    notices: Sequence[str] = ()
    """What was left out, and why."""

    @property
    def changed(self) -> bool:
        return self.namespaces_changed or any(one.changed for one in self.verdicts)


def roll_out(
    client: Client, plans: Sequence[ServicePlan], asked: Rollout, *, progress: Say = silent
) -> Result:
    """Makes the cluster serve these plans. Raises what ``_apply.apply`` raises; then nothing was written.

    Services whose copies start one after the other come last; a refusal is their own.
    """
    homes = _homes(plans)
    sets, notices = known_to(client, map(service_set, plans))
    serial = [*(False for _home in homes), *map(is_serial, plans)]
    applied = carry_out_in_turn(client, asked, [*homes, *sets], serial, progress=progress)
    housing, outcomes = applied[: len(homes)], applied[len(homes) :]
    for home in housing:
        for outcome in outcomes:
            if outcome.namespace == home.namespace:
                outcome.diagnosis[:0] = home.diagnosis

    def conclude(number: int) -> Verdict:
        plan, outcome = plans[number], outcomes[number]
        revision = afterwards(outcome, lambda: _remember(client, plan, sets[number], outcome, asked))
        place = None if plan.stopped else planned(plan)
        return verdict(
            plan,
            outcome,
            state=plan.service.state,
            check_mode=asked.check_mode,
            waited=asked.wait,
            address=afterwards(outcome, lambda: public_address(place, client)) if place else None,
            revision=revision,
        )

    made = _result(client.in_parallel(conclude, range(len(plans))), outcomes, housing)
    return replace(made, notices=[*notices, *made.notices])


def carry_out_in_turn(
    client: Client,
    asked: Rollout,
    sets: Sequence[ObjectSet],
    serial: Sequence[bool],
    *,
    progress: Say = silent,
) -> list[Outcome]:
    """The same as ``carry_out``; after all others, and one by one, come the sets whose copies start one after
    the other. A refusal is then that of the one set."""
    deadline = time.monotonic() + asked.wait_timeout
    alone = [each and not asked.check_mode for each in serial]
    together = [one for one, waits in zip(sets, alone, strict=True) if not waits]
    applied = iter(carry_out(client, asked, together, progress=progress))

    def apply_one(one: ObjectSet) -> Outcome:
        waiting = replace(asked.until(deadline), wait=True)
        try:
            return carry_out(client, waiting, [one], progress=progress)[0]
        except Refused as refusal:
            return Outcome(name=one.name, namespace=one.namespace, diagnosis=refusal.diagnosis)

    return [
        apply_serially(client, one, apply_one) if waits else next(applied)
        for one, waits in zip(sets, alone, strict=True)
    ]


def carry_out(
    client: Client, asked: Rollout, sets: Sequence[ObjectSet], *, progress: Say = silent
) -> list[Outcome]:
    """Applies the sets in the manner of the run. What is ready must also have what webhooks add."""
    outcomes = apply(
        client,
        sets,
        check_mode=asked.check_mode,
        prune=asked.prune,
        force_conflicts=asked.force_conflicts,
        recreate=asked.recreate,
        wait=asked.wait,
        wait_timeout=asked.wait_timeout,
        show_diff=asked.show_diff,
        progress=progress,
    )
    for one, outcome in zip(sets, outcomes, strict=True):
        if asked.wait and not asked.check_mode and not outcome.diagnosis:
            outcome.diagnosis += afterwards(outcome, partial(without_device, client, one.objects)) or ()
    return outcomes


def take_away(
    client: Client, plans: Sequence[ServicePlan], asked: Rollout, *, progress: Say = silent
) -> Result:
    """Removes the services and what is theirs alone: stores and secrets are sets of their own and stay.

    A namespace goes only where we made it and nothing is left in it.
    """
    leaving = [ObjectSet(name=one.name, namespace=one.namespace) for one in map(service_set, plans)]
    remove_sets = partial(
        remove,
        client,
        check_mode=asked.check_mode,
        wait=asked.wait,
        wait_timeout=asked.wait_timeout,
        show_diff=asked.show_diff,
        progress=progress,
    )
    outcomes = remove_sets(leaving)
    verdicts = [
        verdict(plan, outcome, state="absent", check_mode=asked.check_mode, waited=asked.wait)
        for plan, outcome in zip(plans, outcomes, strict=True)
    ]
    housing = remove_sets(vacant(client, _homes(plans), leaving=leaving))
    return _result(verdicts, outcomes, housing)


def _homes(plans: Sequence[ServicePlan]) -> list[ObjectSet]:
    """The namespaces of these services, as far as the inventory describes them."""
    names = {plan.namespace for plan in plans}
    return [one for one in namespace_sets(plans[0].fleet) if one.namespace in names] if plans else []


def _result(verdicts: Sequence[Verdict], outcomes: Sequence[Outcome], housing: Sequence[Outcome]) -> Result:
    return Result(
        verdicts=verdicts,
        diff=[difference for outcome in (*housing, *outcomes) for difference in outcome.diff],
        duration=outcomes[0].duration if outcomes else {},
        namespaces_changed=any(outcome.changed for outcome in housing),
        notices=[text for outcome in (*housing, *outcomes) for text in outcome.warnings],
    )


def _remember(
    client: Client, plan: ServicePlan, one: ObjectSet, outcome: Outcome, asked: Rollout
) -> int | None:
    """Keeps what was applied as the newest revision and returns its number."""
    if asked.check_mode or not written(outcome, one):
        history = list_revisions(client, name=one.name, namespace=one.namespace)
        return history[0].number if history else None
    newest, is_new = record_revision(
        client,
        name=one.name,
        namespace=one.namespace,
        objects=list(one.objects),
        spec_hash=specification_hash(one.objects),
        applied_by=asked.applied_by,
        entry_hash=entry_hash(plan),
        facts={SERVES: memory(planned(plan)), SERIAL: is_serial(plan)},
        limit=plan.service.rollout.revision_history,
    )
    outcome.changed |= is_new
    return newest.number


def written(outcome: Outcome, one: ObjectSet) -> bool:
    """Whether every object of the set is in the cluster now, ready or not."""
    return len([action for action in outcome.actions if action.action != "pruned"]) >= len(one.objects)
