# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of several pods that start one after the other.

Started together they may each get a part of the GPUs and wait for the rest for ever. So the next one starts
when the one before it is ready, over all services of a run; one that finds no room is taken back whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .._apply import Outcome
from .._cluster import Client
from .._plan import ServicePlan
from .._platforms.leader_workers import copies
from .._platforms.lws import set_name

NO_ROOM = "Unschedulable"

ApplyOne = Callable[[ServicePlan], Outcome]


def is_serial(plan: ServicePlan) -> bool:
    """Whether its copies have to wait for each other. What stops or goes makes room and needs none."""
    return plan.service.topology.placement.gang == "serial" and plan.service.state == "present"


def apply_serially(client: Client, plan: ServicePlan, apply_one: ApplyOne) -> Outcome:
    """Goes on from the copies that run already. The outcome is that of the last step, with all changes."""
    wanted, there = plan.service.scaling.min, running(client, plan)
    number = max(1, min(wanted, there))
    outcome = apply_one(_with(plan, number))
    while not outcome.diagnosis and number < wanted:
        number += 1
        outcome = _after(outcome, apply_one(_with(plan, number)))
    if number > there and any(one.code == NO_ROOM for one in outcome.diagnosis):
        return _take_back(plan, number - 1, outcome, apply_one)
    return outcome


def running(client: Client, plan: ServicePlan) -> int:
    """How many copies the cluster was last told to run."""
    if plan.platform.name == "lws":
        live = client.get("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", set_name(plan), plan.namespace)
        return int(live["spec"].get("replicas", 1)) if live else 0
    leaders = [
        client.get("apps/v1", "Deployment", f"{copy.name}-leader", plan.namespace) for copy in copies(plan)
    ]
    started = sum(bool(live and live["spec"].get("replicas")) for live in leaders)
    return started // max(1, len(plan.service.gpu.product))


def _take_back(plan: ServicePlan, number: int, outcome: Outcome, apply_one: ApplyOne) -> Outcome:
    """Leaves the whole copies, and says how many they are."""
    left = _with(plan, number) if number else _stopped(plan)
    made = _after(outcome, apply_one(left))
    found = f"{number} of {plan.service.scaling.min} copies run; there is no room for one more."
    said = [
        replace(one, message=f"{found} {one.message}") for one in outcome.diagnosis if one.code == NO_ROOM
    ]
    made.diagnosis[:0] = said
    return made


def _after(before: Outcome, now: Outcome) -> Outcome:
    """The later outcome, which tells what the steps before it changed too."""
    last = {(one.kind, one.namespace, one.name): one for one in before.actions if one.changes}
    now.actions = [
        one if one.changes else last.get((one.kind, one.namespace, one.name), one) for one in now.actions
    ]
    now.changed |= before.changed
    now.diff[:0] = before.diff
    return now


def _with(plan: ServicePlan, number: int) -> ServicePlan:
    scaling = replace(plan.service.scaling, min=number, max=None)
    return replace(plan, service=replace(plan.service, scaling=scaling))


def _stopped(plan: ServicePlan) -> ServicePlan:
    return replace(plan, service=replace(plan.service, state="stopped"))
