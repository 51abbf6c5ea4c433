# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The counting of proofs is itself proved, or its numbers would mean nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.contract import KINDS, Evidence, Requirement, Standing, defects, not_run, requirements


def evidence(**fields: Any) -> Evidence:
    given = {
        "source": "tests/x.py::test_x",
        "outcome": "passed",
        "requirements": ("XC-04",),
        "kinds": frozenset("A"),
    }
    return Evidence(**{**given, **fields})


def requirement(kinds: str, *, stand_in: bool = False) -> Requirement:
    return Requirement(id="XC-04", title="something", kinds=frozenset(kinds.split()), stand_in=stand_in)


def test_the_contract_is_complete() -> None:
    rows = requirements()
    assert Counter(row.section for row in rows) == {
        "XC": 24,
        "S0": 38,
        "S1": 97,
        "S2": 52,
        "S3": 55,
        "S4": 46,
    }
    assert len({row.id for row in rows}) == 312
    assert all(row.kinds <= KINDS.keys() and 0 < len(row.title) <= 80 for row in rows)


@pytest.mark.parametrize(
    ("kinds", "proved"),
    [("A", "A"), ("C", "A C"), ("P", "A P"), ("U", "U"), ("E", "E"), ("H", "H")],
)
def test_controllers_and_playbooks_prove_what_an_api_server_proves(kinds: str, proved: str) -> None:
    assert evidence(kinds=frozenset(kinds)).proves(requirement("A")) == frozenset(proved.split())


@pytest.mark.parametrize("outcome", ["failed", "skipped"])
def test_only_a_passed_test_proves(outcome: str) -> None:
    assert not evidence(outcome=outcome).proves(requirement("A"))


def test_a_stand_in_proves_only_where_it_may() -> None:
    stand_in = evidence(kinds=frozenset("E"), stand_in=True)
    assert stand_in.proves(requirement("E", stand_in=True)) == {"E"}
    assert not stand_in.proves(requirement("E"))


@pytest.mark.parametrize(
    ("asked", "given", "state"),
    [("U A", "U A C", "proved"), ("U A", "U", "partly"), ("A", "U", "open"), ("", "", "proved")],
)
def test_a_requirement_stands_where_its_kinds_of_proof_put_it(asked: str, given: str, state: str) -> None:
    standing = Standing(requirement=requirement(asked), given=frozenset(given.split()))
    assert standing.state == state


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"requirements": ("XC-99",)}, "unknown requirement XC-99"),
        ({"kinds": frozenset()}, "no kind of proof"),
        ({"kinds": frozenset("Z")}, "unknown kind of proof Z"),
    ],
)
def test_wrong_marks_are_defects(fields: dict[str, Any], complaint: str) -> None:
    (defect,) = defects([evidence(**fields)])
    assert complaint in defect


def test_what_could_not_run_is_told() -> None:
    skipped = evidence(outcome="skipped", reason="no cluster")
    assert not_run([skipped, evidence()]) == ["tests/x.py::test_x: no cluster"]


def test_a_test_that_names_nothing_may_be_anything() -> None:
    nothing = [evidence(requirements=(), kinds=frozenset(), outcome="skipped")]
    assert defects(nothing) == not_run(nothing) == []
