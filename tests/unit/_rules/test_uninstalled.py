# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._fleet.records.cluster import Components
from ansible_collections.inferops.serving.plugins.module_utils._rules.uninstalled import OF_OTHERS

from tests.unit._rules.asking import found

PLAYBOOK = (Path(__file__).parents[3] / "playbooks/prerequisites.yml").read_text(encoding="utf-8")
FILTER = (Path(__file__).parents[3] / "plugins/filter/bundles.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", OF_OTHERS)
def test_what_nothing_installs_cannot_be_asked_to_be_present(name: str) -> None:
    (problem,) = found("V-23", cluster={"components": {name: {"state": "present"}}})
    assert (problem.severity, problem.path) == ("warning", f"llm_cluster.components.{name}.state")
    assert problem.hint


@pytest.mark.parametrize("name", OF_OTHERS)
def test_it_can_be_expected(name: str) -> None:
    assert found("V-23", cluster={"components": {name: {"state": "existing"}}}) == []


def test_all_other_components_are_brought_by_a_role() -> None:
    brought = {
        each.name
        for each in fields(Components)
        if f"components.{each.name}." in PLAYBOOK or f'"{each.name}"' in FILTER
    }
    assert {each.name for each in fields(Components)} - brought == set(OF_OTHERS)
