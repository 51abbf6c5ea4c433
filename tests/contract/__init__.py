# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The contract: what must be proved, and by which kind of proof."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

KINDS = {
    "U": "unit",
    "A": "API server",
    "C": "controllers and scheduler",
    "P": "playbook",
    "E": "engine",
    "H": "host",
}
IMPLIED = {"C": {"A"}, "P": {"A"}}
"""Controllers and playbooks run against a real API server, so they prove what an API server proves."""


@dataclass(frozen=True, kw_only=True)
class Requirement:
    id: str
    title: str
    kinds: frozenset[str]
    """Every kind of proof it asks for; empty where words are enough."""
    stand_in: bool
    """A labelled stand-in may take the place of the engine."""

    @property
    def section(self) -> str:
        return self.id.partition("-")[0]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One test, or one molecule scenario, and what it says it proves."""

    source: str
    outcome: str
    """collected, passed, failed or skipped"""
    requirements: tuple[str, ...]
    kinds: frozenset[str]
    stand_in: bool = False
    reason: str = ""

    def proves(self, requirement: Requirement) -> frozenset[str]:
        """The kinds of proof that this evidence gives for the requirement."""
        if requirement.id not in self.requirements or self.outcome not in {"collected", "passed"}:
            return frozenset()
        kinds = self.kinds.union(*(IMPLIED.get(kind, set()) for kind in self.kinds))
        return kinds - {"E"} if self.stand_in and not requirement.stand_in else kinds


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How far a requirement is proved."""

    requirement: Requirement
    given: frozenset[str]

    @property
    def missing(self) -> frozenset[str]:
        return self.requirement.kinds - self.given

    @property
    def state(self) -> str:
        if not self.missing:
            return "proved"
        return "partly" if self.requirement.kinds & self.given else "open"


def requirements() -> tuple[Requirement, ...]:
    with Path(__file__).with_name("requirements.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Requirement(
                id=row["id"],
                title=row["title"],
                kinds=frozenset(row["proof"].split()),
                stand_in=row["stand_in"] == "yes",
            )
            for row in csv.DictReader(file)
        )


def standings(evidence: Iterable[Evidence]) -> tuple[Standing, ...]:
    found = tuple(evidence)
    return tuple(
        Standing(requirement=each, given=frozenset().union(*(item.proves(each) for item in found)))
        for each in requirements()
    )


def defects(evidence: Iterable[Evidence]) -> list[str]:
    """Marks that say something wrong: they must be corrected, not counted."""
    known = {each.id for each in requirements()}
    problems = []
    for item in evidence:
        if not item.requirements:
            continue
        problems += [
            f"{item.source}: unknown requirement {each}" for each in item.requirements if each not in known
        ]
        problems += [
            f"{item.source}: unknown kind of proof {kind}" for kind in sorted(item.kinds - KINDS.keys())
        ]
        if not item.kinds:
            problems.append(f"{item.source}: names requirements but no kind of proof (pytest.mark.proof)")
    return problems


def not_run(evidence: Iterable[Evidence]) -> list[str]:
    """Tests that name requirements and could not run: allowed on a poorer machine, not where it counts."""
    return [
        f"{item.source}: {item.reason}"
        for item in evidence
        if item.requirements and item.outcome == "skipped"
    ]
