# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The five variables of an inventory, read, planned and checked in one call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .._fleet import Fleet, Problem, load
from .._plan import ServicePlan, plan
from .._rules import check


@dataclass(frozen=True, kw_only=True)
class Specification:
    """What an inventory asks for, and what is wrong with it."""

    fleet: Fleet
    plans: tuple[ServicePlan, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that forbid to write anything to a cluster."""
        return tuple(problem for problem in self.problems if problem.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "warning")


def read(
    variables: Mapping[str, Any],
    *,
    environ: Mapping[str, str] | None = None,
    secret_states: Mapping[tuple[str, str], str] | None = None,
) -> Specification:
    """Read ``llm_cluster``, ``llm_secrets``, ``llm_stores``, ``llm_models`` and ``llm_serving``.

    Nothing is raised for a wrong inventory: every problem is in the result. *environ* gives secrets their
    values where they name an environment variable; *secret_states* is passed to the plan.
    """
    fleet, problems = load(variables, environ=environ)
    plans = plan(fleet, secret_states=secret_states)
    return Specification(fleet=fleet, plans=plans, problems=(*problems, *check(fleet, plans)))
