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

from .._apply import ObjectSet, Outcome
from .._cluster import Client
from .._plan import ServicePlan
from .._platforms.counting import counting, number, with_number

SERIAL = "serial"
"""Among the facts of a revision, whether its copies have to wait for each other."""
NO_ROOM = "Unschedulable"

ApplyOne = Callable[[ObjectSet], Outcome]


def is_serial(plan: ServicePlan) -> bool:
    """Whether its copies have to wait for each other. What stops or goes makes room and needs none."""
    return plan.service.topology.placement.gang == "serial" and plan.service.state == "present"


def apply_serially(client: Client, wanted: ObjectSet, apply_one: ApplyOne) -> Outcome:
    """Goes on from the copies that run already. The outcome is that of the last step, with all changes."""
    last, there = number(wanted.objects, counting(wanted.objects)), running(client, wanted)
    now = min(last, max(1, there))
    outcome = apply_one(_with(wanted, now))
    while not outcome.diagnosis and now < last:
        now += 1
        outcome = _after(outcome, apply_one(_with(wanted, now)))
    if now > there and any(one.code == NO_ROOM for one in outcome.diagnosis):
        made = _after(outcome, apply_one(_with(wanted, now - 1)))
        return _taken_back(made, outcome, f"{now - 1} of {last}")
    return outcome


def running(client: Client, wanted: ObjectSet) -> int:
    """How many copies the cluster was last told to run."""
    live = client.in_parallel(
        lambda obj: client.get(obj["apiVersion"], obj["kind"], obj["metadata"]["name"], wanted.namespace),
        counting(wanted.objects),
    )
    return number(wanted.objects, live)


def _taken_back(made: Outcome, failed: Outcome, copies: str) -> Outcome:
    """Whole copies are left; the outcome says how many they are."""
    found = f"{copies} copies run; there is no room for one more."
    said = [replace(one, message=f"{found} {one.message}") for one in failed.diagnosis if one.code == NO_ROOM]
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


def _with(wanted: ObjectSet, copies: int) -> ObjectSet:
    return replace(wanted, objects=with_number(wanted.objects, copies))
