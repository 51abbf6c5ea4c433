# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles of the agents offer what the agents offer."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._agents import AGENTS
from ansible_collections.inferops.serving.plugins.module_utils._fleet.schema import keys
from ansible_collections.inferops.serving.plugins.modules import component

from .test_roles import load, of_a_role, options

ROLES = {"nfd": "nfd", "device_plugin": "device_plugin", "gfd": "gfd", "dcgm_exporter": "dcgm"}


@pytest.mark.parametrize("role", ROLES)
def test_every_choice_of_an_agent_is_an_option_with_the_same_default(role: str) -> None:
    defaults = load(role, "defaults/main.yml")
    for name, key in keys(AGENTS[ROLES[role]].choices).items():
        start = key.start()
        assert defaults[f"{role}_{name}"] == (list(start) if isinstance(start, tuple) else start), name
        assert options(role)[f"{role}_{name}"].get("choices", []) == list(key.declared.choices), name


@pytest.mark.parametrize("role", ROLES)
def test_places_and_amounts_are_those_of_the_agent(role: str) -> None:
    agent, defaults = AGENTS[ROLES[role]], load(role, "defaults/main.yml")
    assert defaults[f"{role}_node_selector"] == agent.node_selector
    assert defaults[f"{role}_resources"] == agent.resources
    assert defaults[f"{role}_tolerations"] == component.ARGUMENT_SPEC["tolerations"]["default"]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_hands_every_option_on_to_its_module(role: str) -> None:
    [task] = load(role, "tasks/install.yml")
    given: dict[str, Any] = task["inferops.serving.component"]
    assert set(given) - {"component"} <= set(component.ARGUMENT_SPEC)
    handed = {f"{role}_{name}" for name in (*given, *given["values"])}
    elsewhere = {"state", "delete_crds", "delete_namespace", "force", "rights_file"}
    assert set(options(role)) - handed == {f"{role}_{name}" for name in elsewhere} & set(options(role))


@pytest.mark.parametrize("role", ROLES)
def test_choices_are_those_of_the_module(role: str) -> None:
    for name, declared in component.ARGUMENT_SPEC.items():
        option = options(role).get(f"{role}_{name}")
        if option:
            assert option.get("choices") == of_a_role(declared.get("choices")), name
            assert option["type"] == declared["type"], name
