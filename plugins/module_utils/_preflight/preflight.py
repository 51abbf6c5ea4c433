# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From plans and a client to everything that stands in the way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .._cluster import Client
from .._fleet import Fleet, Problem
from .._objects import service_objects, store_objects
from .._plan import ServicePlan
from .._volumes import claim_faults
from .._volumes import preflight as volume_faults
from .facts import Facts
from .pods import wanted
from .reading import read
from .rules import check
from .rules.capacity import CODE as CAPACITY


@dataclass(frozen=True, kw_only=True)
class Report:
    facts: Facts | None
    """None where no service asked for any."""
    problems: Sequence[Problem]

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def lacks_only_room(self) -> bool:
        """Whether nothing but what others hold stands in the way."""
        return bool(self.errors) and all(problem.code == CAPACITY for problem in self.errors)

    def ignoring(self, code: str) -> Report:
        """The same, and problems of this code are only warnings."""
        problems = tuple(
            replace(problem, severity="warning") if problem.code == code else problem
            for problem in self.problems
        )
        return replace(self, problems=problems)


def preflight(client: Client, plans: Sequence[ServicePlan]) -> Report:
    """Raises ClusterError where the cluster cannot be asked."""
    if not plans:
        return Report(facts=None, problems=())
    services = [wanted(plan, service_objects(plan)) for plan in plans]
    facts = read(client, services)
    return Report(facts=facts, problems=tuple(_patient(check(services, facts), facts)))


def sound(plans: Iterable[ServicePlan], problems: Iterable[Problem]) -> list[ServicePlan]:
    """The services of which the inventory itself says nothing wrong: of others the objects are not known."""
    broken = {problem.path for problem in problems if problem.severity == "error"}
    if not broken:
        return list(plans)
    return [plan for plan in plans if not any(_concerns(path, plan) for path in broken)]


def store_problems(client: Client, fleet: Fleet) -> list[Problem]:
    """Volumes and classes that the stores name, and claims that somebody else makes."""
    objects = [obj for store in fleet.stores.values() for obj in store_objects(fleet, store)]
    return [*volume_faults(client, objects), *claim_faults(client, fleet, existing_only=True)]


def _concerns(path: str, plan: ServicePlan) -> bool:
    entries = (
        f"llm_serving[{plan.name}]",
        f"llm_models[{plan.model.name}]",
        f"llm_stores[{plan.store.name}]",
    )
    return path.startswith(("llm_cluster", *entries)) or not path.startswith("llm_")


def _patient(problems: Iterable[Problem], facts: Facts) -> Iterable[Problem]:
    """Where something adds nodes to the cluster, pods that do not fit now may fit soon."""
    for problem in problems:
        if facts.autoscaled and problem.code == CAPACITY and problem.severity == "error":
            hint = f"{problem.hint} A node autoscaler runs here; it may add nodes."
            yield replace(problem, severity="warning", hint=hint)
        else:
            yield problem
