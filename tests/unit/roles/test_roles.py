# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all roles have in common: their files, their variables, and where the defaults come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._fleet.load import VARIABLES
from ansible_collections.inferops.serving.plugins.module_utils._fleet.records import GpuNodes
from ansible_collections.inferops.serving.plugins.modules import gpu_nodes

ROOT = Path(__file__).parents[3]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if (path / "tasks").is_dir())


def load(role: str, path: str) -> Any:
    return yaml.safe_load((ROOT / "roles" / role / path).read_text(encoding="utf-8"))


def options(role: str) -> dict[str, Any]:
    declared: dict[str, Any] = load(role, "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    return declared


def of_a_role(choices: list[str] | None) -> list[str] | None:
    """A role prints its rights by a tag."""
    return [choice for choice in choices if choice != "rights"] if choices else None


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_the_files_that_every_role_has(role: str) -> None:
    for path in (
        "README.md",
        "defaults/main.yml",
        "meta/main.yml",
        "meta/argument_specs.yml",
        "tasks/main.yml",
    ):
        assert (ROOT / "roles" / role / path).is_file()


@pytest.mark.req("XC-15")
@pytest.mark.parametrize("role", ROLES)
def test_every_default_is_declared_and_every_declared_option_has_its_default(role: str) -> None:
    own = {name: option for name, option in options(role).items() if name not in VARIABLES}
    needs_one = {name for name, option in own.items() if not option.get("required")}
    assert set(load(role, "defaults/main.yml") or {}) == needs_one


@pytest.mark.parametrize("role", ROLES)
def test_options_carry_the_name_of_their_role(role: str) -> None:
    for name in options(role):
        assert name.startswith(f"{role}_") or name in VARIABLES


@pytest.mark.parametrize("role", ROLES)
def test_a_constant_default_is_the_declared_one(role: str) -> None:
    for name, value in (load(role, "defaults/main.yml") or {}).items():
        if not (isinstance(value, str) and "{{" in value):
            assert options(role)[name].get("default") == value, name


@pytest.mark.req("XC-15")
@pytest.mark.parametrize("role", ROLES)
def test_the_inventory_reaches_a_role_with_its_declared_types(role: str) -> None:
    """What is inside the variables is checked by the records, which know every key and every problem."""
    taken = {name: one for name, one in options(role).items() if name in VARIABLES}
    if not taken:
        return
    assert set(taken) == set(VARIABLES)
    assert taken.pop("llm_cluster")["type"] == "dict"
    for option in taken.values():
        assert (option["type"], option["elements"]) == ("list", "dict")
    assert taken["llm_secrets"]["no_log"] is True


@pytest.mark.parametrize("role", ROLES)
def test_every_phase_is_reached_by_a_tag_of_its_name(role: str) -> None:
    for task in load(role, "tasks/main.yml"):
        included = task.get("ansible.builtin.import_tasks") or task.get("ansible.builtin.include_tasks")
        assert included, task["name"]
        assert f"{role}_{Path(included).stem}" in task["tags"]


@pytest.mark.req("S1-02", "S1-03")
def test_gpu_nodes_are_marked_alike_by_role_module_and_inventory() -> None:
    declared, record = options("gpu_nodes"), GpuNodes()
    for name in ("label", "taint"):
        assert gpu_nodes.ARGUMENT_SPEC[name]["default"] == getattr(record, name)
        assert declared[f"gpu_nodes_{name}"]["default"] == getattr(record, name)
        assert (
            f"default('{getattr(record, name)}')"
            in load("gpu_nodes", "defaults/main.yml")[f"gpu_nodes_{name}"]
        )
    assert declared["gpu_nodes_mode"]["default"] == record.manage


def test_gpu_nodes_offers_what_its_module_offers() -> None:
    declared = options("gpu_nodes")
    for name, of_module in gpu_nodes.ARGUMENT_SPEC.items():
        option = declared.get(f"gpu_nodes_{name}")
        if option is not None:
            assert option["type"] == of_module["type"], name
            assert option.get("choices") == of_a_role(of_module.get("choices")), name
