# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply.revisions import (
    ENTRY_ANNOTATION,
    REVISION_OF_LABEL,
    WITHDRAWN_ANNOTATION,
)
from ansible_collections.inferops.serving.plugins.module_utils._plan import entry_hash
from ansible_collections.inferops.serving.plugins.module_utils._preflight.preflight import Report
from ansible_collections.inferops.serving.plugins.module_utils._preflight.rules.withdrawn import CODE

from tests.unit._preflight.asking import services, told

ENTRY: dict[str, Any] = {"env": {"B": "1"}}


def revision(entry: dict[str, Any], *, withdrawn: str | None = "slow", service: str = "a") -> dict[str, Any]:
    (asked,) = services(entry)
    annotations = {ENTRY_ANNOTATION: entry_hash(asked.plan)}
    if withdrawn is not None:
        annotations[WITHDRAWN_ANNOTATION] = withdrawn
    return {
        "metadata": {
            "namespace": "default",
            "labels": {REVISION_OF_LABEL: f"inferops-service-{service}"},
            "annotations": annotations,
        }
    }


@pytest.mark.req("XC-19")
def test_an_entry_that_was_rolled_back_is_refused_with_the_reason() -> None:
    (problem,) = told(ENTRY, revisions=[revision(ENTRY)])
    assert (problem.code, problem.severity) == (CODE, "error")
    assert "slow" in problem.message
    assert "withdrawn: apply" in problem.hint


@pytest.mark.parametrize(
    "revisions",
    [
        [],
        [revision(ENTRY, withdrawn=None)],
        [revision({**ENTRY, "env": {"A": "1"}})],
        [revision(ENTRY, service="b")],
    ],
)
def test_a_changed_entry_and_that_of_a_neighbour_are_not(revisions: list[dict[str, Any]]) -> None:
    assert told(ENTRY, revisions=revisions) == []


def test_who_wants_it_back_gets_a_warning() -> None:
    found = tuple(told(ENTRY, revisions=[revision(ENTRY)]))
    (problem,) = Report(facts=None, problems=found).ignoring(CODE).problems
    assert problem.severity == "warning"
