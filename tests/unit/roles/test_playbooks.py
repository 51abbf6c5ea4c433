# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all playbooks have in common, so that a person and an automation controller can run them alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[3]
PLAYBOOKS = sorted(path for path in (ROOT / "playbooks").glob("*.yml") if not path.name.endswith(".meta.yml"))
IMPORT = "ansible.builtin.import_playbook"


def plays(path: Path) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_a_playbook_asks_nobody_and_gathers_nothing(path: Path) -> None:
    for play in plays(path):
        if IMPORT in play:
            assert (path.parent / play[IMPORT]).is_file()
        else:
            assert "vars_prompt" not in play
            assert play["gather_facts"] is False
            of_machines = [role["role"] for role in play.get("roles", [])] == ["inferops.serving.nfs_mounts"]
            assert of_machines or play["connection"] == "local"


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_a_playbook_declares_its_variables_and_checks_them_first(path: Path) -> None:
    own = [play for play in plays(path) if IMPORT not in play]
    meta = path.with_suffix(".meta.yml")
    if path.stem == "lab":
        return  # has no variables but those of its role, which the role declares
    assert own
    declared = yaml.safe_load(meta.read_text(encoding="utf-8"))["argument_specs"]["main"]
    assert declared["short_description"]
    for option in declared["options"].values():
        assert option["description"]
        assert option["type"]
    for play in own:
        first = (play.get("pre_tasks") or play["tasks"])[0]
        assert meta.name in first["ansible.builtin.validate_argument_spec"]["argument_spec"]
        assert first["tags"] == ["always"]


def test_what_is_typed_at_the_root_is_there() -> None:
    assert plays(ROOT / "site.yml")[0][IMPORT] == "playbooks/site.yml"
    for environment in ("prod", "staging"):
        assert (ROOT / environment).resolve() == ROOT / "inventories" / environment
