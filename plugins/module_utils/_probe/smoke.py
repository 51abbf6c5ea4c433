# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The smoke test: every target asked at the same time, under one deadline."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from .._cluster import ClusterError
from .._served import public_address
from .asking import Check, NotReached, Verdict, patiently, unanswered
from .hints import Diagnosis, diagnosis
from .reach import BY_ITSELF, NO_ADDRESS, WAYS, Site
from .slo import Objective, judge, missed, told
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
    tried: tuple[Check, ...]
    address: str | None
    objectives: tuple[Objective, ...]
    diagnosis: Diagnosis | None

    @property
    def ok(self) -> bool:
        return self.diagnosis is None

    @property
    def remarks(self) -> list[str]:
        """What a person should hear of a service that answers nevertheless."""
        name = self.target.name
        said = [
            f"{name} was asked by {self.reach}; its {check.name} does not lead to it: {check.detail}"
            for check in self.tried
            if self.reach and check.code != NO_ADDRESS
        ]
        for objective in self.objectives:
            if not objective.ok and not objective.enforced:
                said.append(f"{name} misses an objective: {told(objective)}")
        return said


@dataclass(frozen=True, kw_only=True)
class _Attempt:
    """What came of one attempt: the way on which an answer came, and those that were tried in vain."""

    verdict: Verdict
    reach: str | None = None
    via: str | None = None
    tried: tuple[Check, ...]

    @property
    def passing(self) -> bool:
        return self.verdict.passing


def smoke_test(targets: Sequence[Target], *, site: Site, reach: str, deadline: float) -> list[Result]:
    """Ask every target until it answers as it should or `deadline` (time.monotonic) has come.

    `reach` is one of WAYS, or `auto`: the published addresses, then a port-forward. Order is kept.
    """
    if not targets:
        return []
    if site.client:
        site = replace(site, client=site.client.until(deadline))
    with ThreadPoolExecutor(min(AT_ONCE, len(targets))) as pool:
        return list(pool.map(lambda target: _ask(target, site, reach, deadline), targets))


def _ask(target: Target, site: Site, reach: str, deadline: float) -> Result:
    ways: tuple[str, ...] = (reach,)
    if reach == AUTO:
        ways = BY_ITSELF if target.in_cluster else ("address",)
    last = patiently(lambda: _attempt(ways, target, site, deadline), deadline=deadline)
    objectives = judge(target.slo, last.verdict) if target.slo else ()
    return Result(
        target=target,
        verdict=last.verdict,
        reach=last.reach,
        via=last.via,
        tried=last.tried,
        address=_address(target, site),
        objectives=objectives,
        diagnosis=_diagnosis(last.verdict, objectives, reached=last.reach is not None),
    )


def _attempt(ways: Sequence[str], target: Target, site: Site, deadline: float) -> _Attempt:
    """Go the first way on which the service itself answers; a proxy's refusal leads to the next."""
    tried: list[Check] = []
    for name in ways:
        try:
            outcome = WAYS[name](target, site, deadline)
        except NotReached as silence:
            tried.append(unanswered(name, silence))
            continue
        except ClusterError as error:
            tried.append(Check(name=name, ok=False, code="ClusterError", detail=str(error)))
            continue
        if not outcome.verdict.passing or name == ways[-1]:
            return _Attempt(verdict=outcome.verdict, reach=name, via=outcome.via, tried=tuple(tried))
        refusal = outcome.verdict.checks[-1]
        tried.append(replace(refusal, name=name, detail=f"{outcome.via}: {refusal.said}"))
    return _Attempt(verdict=Verdict(ok=False, checks=tuple(tried)), tried=tuple(tried))


def _address(target: Target, site: Site) -> str | None:
    try:
        return public_address(target, site.client)
    except ClusterError:
        return None


def _diagnosis(verdict: Verdict, objectives: tuple[Objective, ...], *, reached: bool) -> Diagnosis | None:
    """The first check that failed; the last way where none led anywhere, as it needs least of the network."""
    failures = [check for check in verdict.checks if not check.ok]
    if failures:
        failure = failures[0 if reached else -1]
        return diagnosis(code=failure.code or "Failed", check=failure.name, message=failure.said)
    for objective in missed(objectives):
        return diagnosis(code="SloMissed", check=objective.name, message=told(objective))
    return None
