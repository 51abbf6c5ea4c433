# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stages as documents; what they do to pods is proven on a running lab."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._lab import stages

NODE_STAGES = """
metadata: {name: node-initialize}
spec: {resourceRef: {kind: Node}, selector: {matchExpressions: []}}
---
metadata: {name: node-heartbeat}
spec: {resourceRef: {kind: Node}, selector: {matchExpressions: []}}
"""


@pytest.fixture
def documents(tmp_path: Path) -> list[dict[str, Any]]:
    klab = tmp_path / "klab"
    klab.write_text(f"#!/bin/sh\ncat <<'END'\n{NODE_STAGES}\nEND\n")
    klab.chmod(0o700)
    return stages.documents(klab)


def conditions(document: dict[str, Any]) -> dict[str, list[tuple[str, frozenset[str]]]]:
    found: dict[str, list[tuple[str, frozenset[str]]]] = {}
    for each in document["spec"]["selector"]["matchExpressions"]:
        found.setdefault(each["key"], []).append((each["operator"], frozenset(each.get("values", ()))))
    return found


def exclude(one: tuple[str, frozenset[str]], other: tuple[str, frozenset[str]]) -> bool:
    """Whether two conditions on one value cannot both hold."""
    match sorted((one, other), key=lambda each: each[0]):
        case [("DoesNotExist", _), ("Exists" | "In", _)]:
            return True
        case [("In", values), ("In", others)]:
            return not values & others
        case [("In", values), ("NotIn", others)]:
            return values <= others
    return False


def test_no_two_stages_fit_a_pod_at_once(documents: list[dict[str, Any]]) -> None:
    pods = [each for each in documents if each["spec"]["resourceRef"]["kind"] == "Pod"]
    for one, other in itertools.combinations(pods, 2):
        mine, theirs = conditions(one), conditions(other)
        apart = any(
            exclude(a, b) for key in mine.keys() & theirs.keys() for a in mine[key] for b in theirs[key]
        )
        names = {one["metadata"]["name"], other["metadata"]["name"]}
        # a container either runs or waits
        running_or_waiting = names == {"pod-crash-back-off", "pod-crash-restart"}
        assert apart or running_or_waiting, names


def test_names_are_unique(documents: list[dict[str, Any]]) -> None:
    names = [each["metadata"]["name"] for each in documents]
    assert len(names) == len(set(names))


def test_a_node_that_is_told_to_break_is_not_initialised(documents: list[dict[str, Any]]) -> None:
    (initialise,) = [each for each in documents if each["metadata"]["name"] == "node-initialize"]
    (broken,) = [each for each in documents if each["metadata"]["name"] == "node-not-ready"]
    key = '.metadata.labels["node-not-ready.stage.kwok.x-k8s.io"]'
    assert exclude(conditions(initialise)[key][0], conditions(broken)[key][0])


def test_nothing_is_executed_on_the_machine(documents: list[dict[str, Any]]) -> None:
    assert {each["kind"] for each in documents if "kind" in each} == {"Stage"}
