# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The gate before a rollout: what is wrong in the inventory and what the cluster lacks, in one answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .._cluster import Client, ClusterError
from .._fleet import Fleet, Problem
from .._inventory import choose
from .._inventory.module import FleetModule
from .._plan import ServicePlan, plan
from .._secrets.states import secret_states
from .preflight import Report, preflight, sound, store_problems
from .queueing import queue
from .rules.capacity import CODE as CAPACITY
from .rules.withdrawn import CODE as WITHDRAWN
from .tools import tool_problems


@dataclass(frozen=True, kw_only=True)
class Found:
    plans: tuple[ServicePlan, ...]
    problems: tuple[Problem, ...]


def look(module: FleetModule, client: Client, *, state: str | None, progress: Callable[[str], None]) -> Found:
    """The plans of the services that the options of the module name, and all that speaks against them.

    *state* replaces what their entries say. Raises UnknownService and ClusterError.
    """
    read = module.reading()
    fleet = choose(read.fleet, module.params["names"], state=state)
    try:
        plans, report = _ask(client, fleet, read.problems)
        if module.params["withdrawn"] == "apply":
            report = report.ignoring(WITHDRAWN)
        report = _patience(module, client, plans, report, progress)
        stored = store_problems(client, fleet) if _kept(plans) else []
    except ClusterError:
        module.judge(read.problems)  # what is known is told, whatever the cluster is like
        raise
    local = tool_problems(fleet.cluster)
    return Found(plans=plans, problems=(*read.problems, *local, *report.problems, *stored))


def checked_plans(
    module: FleetModule, client: Client, *, state: str | None, progress: Callable[[str], None]
) -> tuple[ServicePlan, ...]:
    """The plans, once nothing speaks against them. Fails the task with every problem otherwise."""
    found = look(module, client, state=state, progress=progress)
    module.judge(found.problems)
    return found.plans


def _ask(client: Client, fleet: Fleet, problems: Sequence[Problem]) -> tuple[tuple[ServicePlan, ...], Report]:
    """Plans that know the Secrets in the cluster, and what the cluster lacks for them."""
    known = sound(plan(fleet), problems)
    states = secret_states(client, known)
    plans = plan(fleet, secret_states=states)
    return plans, preflight(client, _kept(sound(plans, problems)))


def _kept(plans: Sequence[ServicePlan]) -> list[ServicePlan]:
    return [one for one in plans if one.service.state != "absent"]


def _patience(
    module: FleetModule,
    client: Client,
    plans: Sequence[ServicePlan],
    report: Report,
    progress: Callable[[str], None],
) -> Report:
    """What the option ``capacity`` makes of a lack of room."""
    wanted = module.params["capacity"]
    if wanted == "ignore" or (wanted == "queue" and module.check_mode):
        return report.ignoring(CAPACITY)
    if wanted == "queue":
        deadline = time.monotonic() + module.params["wait_timeout"]
        return queue(client, _kept(plans), report, deadline=deadline, progress=progress)
    return report
