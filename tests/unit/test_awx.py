# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an automation controller is told is what the playbooks take, and its image has what they need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tools import awx

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / "extensions/awx/execution-environment.yml"
TEMPLATES: list[dict[str, Any]] = awx.controller()["controller_templates"]


def builder(*arguments: str | Path) -> str:
    command = [Path(sys.executable).parent / "ansible-builder", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def survey(name: str) -> dict[str, Any]:
    template = next(one for one in TEMPLATES if one["name"] == name)
    return {question["variable"]: question for question in template["survey_spec"]["spec"]}


def test_the_objects_of_the_controller_are_those_of_the_playbooks() -> None:
    assert awx.TARGET.read_text(encoding="utf-8") == awx.written(), "run python tools/awx.py"


def test_every_playbook_that_leaves_no_files_behind_is_a_job_template() -> None:
    described = {path.name.removesuffix(".meta.yml") for path in awx.PLAYBOOKS.glob("*.meta.yml")}
    listed = {Path(one["playbook"]).stem for one in TEMPLATES}
    assert described - listed == {"render"}
    assert all((ROOT / one["playbook"]).is_file() for one in TEMPLATES)


@pytest.mark.parametrize("template", TEMPLATES, ids=[one["name"] for one in TEMPLATES])
def test_a_survey_is_one_that_the_controller_takes(template: dict[str, Any]) -> None:
    names = [question["variable"] for question in template["survey_spec"].get("spec", [])]
    assert len(names) == len(set(names))
    assert all(name.isidentifier() for name in names)
    for question in template["survey_spec"].get("spec", []):
        assert question["type"] in ("text", "integer", "float", "multiplechoice")
        if question["type"] == "multiplechoice":
            assert question["required"] or question["default"] in question["choices"]
        if question["type"] == "integer":
            assert isinstance(question["default"], int)
        assert "(" not in question["question_description"]


def test_no_survey_asks_for_credentials_or_for_paths_of_its_container() -> None:
    asked = {name for template in TEMPLATES for name in survey(template["name"])}
    assert not asked & {"llm_secrets", "llm_connection", "llm_python", "llm_report_file"}


def test_truth_and_choices_are_picked_and_names_are_written() -> None:
    remove = survey("llm-remove")
    assert remove["purge_models"]["choices"] == ["true", "false"]
    assert remove["purge_models"]["default"] == "false"
    assert remove["llm_services"]["type"] == "text"
    assert survey("llm-prerequisites")["llm_prerequisites_state"]["choices"] == ["present", "absent"]


def test_the_plan_changes_nothing_and_shows_differences() -> None:
    (plan,) = [one for one in TEMPLATES if one["name"] == "llm-plan"]
    assert (plan["job_type"], plan["diff_mode"]) == ("check", True)


def test_the_workflow_runs_templates_that_there_are_and_asks_before_it_writes() -> None:
    (workflow,) = awx.controller()["controller_workflows"]
    nodes = {node["identifier"]: node for node in workflow["simplified_workflow_nodes"]}
    run = {node["unified_job_template"] for node in nodes.values() if "unified_job_template" in node}
    assert run <= {one["name"] for one in TEMPLATES}
    assert nodes["plan"]["success_nodes"] == ["approve"]
    assert nodes["approve"]["success_nodes"] == ["deploy"]


def test_the_type_of_credential_sets_what_the_inventories_read() -> None:
    types = awx.controller()["controller_credential_types"]
    injected = {name for one in types for name in one["injectors"]["env"]}
    assert injected == {*awx.environment(), "K8S_AUTH_KUBECONFIG"}
    assert {"HF_TOKEN", "AWS_SECRET_ACCESS_KEY"} < injected
    assert all(field["secret"] for one in types for field in one["inputs"]["fields"])


def test_braces_of_the_controller_are_not_read_by_ansible() -> None:
    written = awx.written()
    assert written.count("!unsafe") == written.count("tower.") + written.count("| default('''')") + 1


@pytest.mark.req("XC-16")
def test_the_builder_of_execution_environments_takes_the_definition(tmp_path: Path) -> None:
    builder("create", "-f", ENVIRONMENT, "-c", tmp_path)
    wanted = yaml.safe_load((tmp_path / "_build/requirements.yml").read_text(encoding="utf-8"))
    assert wanted["collections"] == ["inferops.serving"]


def test_the_builder_finds_what_the_collection_needs() -> None:
    found = yaml.safe_load(builder("introspect", ROOT / ".collections"))
    packages = {line.partition(" ")[0] for line in found["python"]}
    pinned = (ROOT / "meta/ee-requirements.txt").read_text(encoding="utf-8").split()
    # PyYAML comes with ansible-core, and the builder leaves it to that
    assert packages == {line for line in pinned if ">=" in line and not line.startswith("PyYAML")}
    assert {line.split()[0] for line in found["system"]} == {"helm", "rclone"}
