# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing a canary to its end, so that requests always go to what is ready."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._apply import Diagnosis, Revision, list_revisions, withdraw
from .._cluster import Client
from .._inventory import read
from .._plan import ServicePlan, entry_hash, plan
from .._secrets.states import secret_states
from .._sets.optional import known_to
from .._sets.services import service_set, set_of
from .decision import Decision, Undecidable
from .rollout import Rollout, Say, carry_out


@dataclass(frozen=True, kw_only=True)
class Running:
    """A canary that runs as the inventory says."""

    decision: Decision
    plan: ServicePlan
    revision: Revision


def running(client: Client, variables: Mapping[str, Any], made: Sequence[Decision]) -> list[Running]:
    """The canaries that are still to be brought to their end; those that are there already are left out.

    Raises Undecidable with every service of which the cluster runs something else.
    """
    found: list[Running] = []
    wrong: list[str] = []
    for decision in made:
        before = _plan(client, variables, decision, decision.entry)
        after = _plan(client, variables, decision, decision.after)
        history = list_revisions(client, name=set_of(before.name), namespace=before.namespace)
        applied = history[0].entry_hash if history else None
        if applied == entry_hash(before):
            found.append(Running(decision=decision, plan=before, revision=history[0]))
        elif applied != entry_hash(after):
            wrong.append(_unlike(decision, history))
    if wrong:
        raise Undecidable("\n".join(wrong))
    return found


def approach(
    client: Client,
    variables: Mapping[str, Any],
    canaries: Sequence[Running],
    asked: Rollout,
    *,
    deadline: float,
    progress: Say,
) -> list[Diagnosis]:
    """Applies what comes before the last step, which is a rollout as any other. Tells what went wrong; a
    service then stays at the step that it reached, with its canary."""
    trouble: list[Diagnosis] = []
    for one in canaries:
        for entry in one.decision.on_the_way(takes_over=_takes_over(one.plan)):
            (wanted,), _notices = known_to(
                client, [service_set(_plan(client, variables, one.decision, entry))]
            )
            progress(f"{one.plan.name}: {one.decision.step(entry)}")
            (outcome,) = carry_out(client, asked.until(deadline), [wanted], progress=progress)
            if outcome.diagnosis:
                trouble += outcome.diagnosis
                break
    return trouble


def withdraw_replaced(client: Client, canaries: Sequence[Running], names: Collection[str]) -> None:
    """Marks what ran before as withdrawn, for the services that came through."""
    for one in canaries:
        if one.plan.name in names:
            withdraw(client, one.revision, namespace=one.plan.namespace, reason=one.decision.reason)


def _plan(
    client: Client, variables: Mapping[str, Any], decision: Decision, entry: Mapping[str, Any]
) -> ServicePlan:
    """The plan of one entry, with the state of the Secrets that it reads."""
    found = read({**variables, "llm_serving": [entry]})
    if found.errors:
        raise Undecidable("\n".join(str(problem) for problem in found.errors))
    (made,) = plan(found.fleet, secret_states=secret_states(client, found.plans))
    return made


def _takes_over(made: ServicePlan) -> bool:
    """Whether the canary can serve everybody while the service is replaced: it has as many copies."""
    canary = made.canary
    return canary is not None and canary.service.scaling.min >= made.service.scaling.min


def _unlike(decision: Decision, history: Sequence[Revision]) -> str:
    runs = f"revision {history[0].number}, which is something else" if history else "nothing of it"
    place = f"llm_serving[{decision.name}].rollout.canary"
    return (
        f"{place}: the cluster runs {runs}; only what ran can be {decision.word}. Deploy the inventory first."
    )
