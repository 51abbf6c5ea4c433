# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The smoke test: every target asked at the same time, under one deadline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from .._cluster import ClusterError
from .asking import Check, NotReached, Verdict, patiently, unanswered
from .hints import Diagnosis, diagnosis
from .published import Address, addresses
from .reach import BY_ITSELF, WAYS, Outcome, Site
from .slo import Objective, judge, missed
from .target import Target

AUTO = "auto"
# Threads mostly wait; more of them would only crowd the API server.
AT_ONCE = 16


@dataclass(frozen=True, kw_only=True)
class Result:
    """What is known of one target after it was asked."""

    target: Target
    verdict: Verdict
    reach: str | None
    via: str | None
    tried: tuple[str, ...]
    addresses: tuple[Address, ...]
    objectives: tuple[Objective, ...]
    diagnosis: Diagnosis | None

    @property
    def ok(self) -> bool:
        return self.diagnosis is None


@dataclass(kw_only=True)
class _Attempt:
    """The last attempt: what was tried in vain, and by which way an answer came."""

    reach: str | None = None
    via: str | None = None
    tried: tuple[str, ...] = ()


def smoke_test(targets: Sequence[Target], *, site: Site, reach: str, deadline: float) -> list[Result]:
    """Ask every target until it answers as it should or `deadline` (time.monotonic) has come.

    `reach` is one of WAYS, or `auto`: the published addresses, then a port-forward. Order is kept.
    """
    ways = BY_ITSELF if reach == AUTO else (reach,)
    if not targets:
        return []
    with ThreadPoolExecutor(min(AT_ONCE, len(targets))) as pool:
        return list(pool.map(lambda target: _ask(target, site, ways, deadline), targets))


def _ask(target: Target, site: Site, ways: Iterable[str], deadline: float) -> Result:
    last = _Attempt()

    def attempt() -> Verdict:
        outcome = _by_one_of(ways, target, site, deadline, last)
        return outcome.verdict

    verdict = patiently(attempt, deadline=deadline)
    objectives = judge(target.slo, verdict) if target.slo else ()
    return Result(
        target=target,
        verdict=verdict,
        reach=last.reach,
        via=last.via,
        tried=last.tried,
        addresses=_addresses(target, site),
        objectives=objectives,
        diagnosis=_diagnosis(verdict, objectives, reached=last.reach is not None),
    )


def _by_one_of(ways: Iterable[str], target: Target, site: Site, deadline: float, last: _Attempt) -> Outcome:
    """The first way that leads somewhere; else a verdict that says why none does."""
    checks: list[Check] = []
    last.reach, last.via, last.tried = None, None, ()
    for name in ways:
        try:
            outcome = WAYS[name](target, site, deadline)
        except NotReached as silence:
            checks.append(unanswered(name, silence))
        except ClusterError as error:
            checks.append(Check(name=name, ok=False, code="ClusterError", detail=str(error)))
        else:
            last.reach, last.via = name, outcome.via
            return outcome
        finally:
            last.tried = tuple(f"{check.name}: {check.detail}" for check in checks)
    return Outcome(verdict=Verdict(ok=False, checks=tuple(checks)), via="")


def _addresses(target: Target, site: Site) -> tuple[Address, ...]:
    try:
        return tuple(addresses(target, site.client))
    except ClusterError:
        return ()


def _diagnosis(verdict: Verdict, objectives: tuple[Objective, ...], *, reached: bool) -> Diagnosis | None:
    """The first check that failed; the last way where none led anywhere, as it needs least of the network."""
    failures = [check for check in verdict.checks if not check.ok]
    if failures:
        failure = failures[0 if reached else -1]
        return diagnosis(code=failure.code or "Failed", check=failure.name, message=failure.detail)
    for objective in missed(objectives):
        measured = "not measured" if objective.measured is None else f"{objective.measured:g}"
        return diagnosis(
            code="SloMissed",
            check=objective.name,
            message=f"{objective.name} is {measured}, the objective is {objective.limit:g}",
        )
    return None
