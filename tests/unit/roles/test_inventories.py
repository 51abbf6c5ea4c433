# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventories that come with the collection, as Ansible reads them."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._fleet.load import VARIABLES
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read

ROOT = Path(__file__).parents[3]
ENVIRONMENTS = sorted(path.parent.name for path in (ROOT / "inventories").glob("*/hosts.yml"))
MAY_DIFFER = {"scaling", "expose", "resources", "namespace", "gpu", "node_selector"}
SEEDS = {
    "chat": ("triton-vllm", "kserve"),
    "llama-3-70b": ("triton-trtllm", "leader-workers"),
    "lean-rag-inference": ("vllm", "kserve"),
    "llama3-inference": ("aidaptiv", "deployment"),
    "gpt2": ("triton-vllm", "deployment"),
}


@cache
def variables(environment: str) -> dict[str, Any]:
    """The five variables of the environment's cluster, with their templates resolved."""
    found = "{{ {" + ", ".join(f"'{name}': {name}" for name in VARIABLES) + "} | to_json }}"
    with TemporaryDirectory() as directory:
        answer, playbook = Path(directory) / "answer.json", Path(directory) / "playbook.yml"
        copy = {"ansible.builtin.copy": {"dest": str(answer), "content": found, "mode": "0600"}}
        play = {"hosts": "llm_clusters", "gather_facts": False, "connection": "local", "tasks": [copy]}
        playbook.write_text(yaml.safe_dump([play]), encoding="utf-8")
        program = Path(sys.executable).parent / "ansible-playbook"
        command = [str(program), "-i", str(ROOT / "inventories" / environment), str(playbook)]
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        resolved: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return resolved


def services(environment: str) -> dict[str, dict[str, Any]]:
    return {entry["name"]: entry for entry in variables(environment)["llm_serving"]}


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_an_inventory_that_we_ship_has_no_problem(environment: str) -> None:
    assert [str(problem) for problem in read(variables(environment)).problems] == []


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_every_environment_has_the_five_services(environment: str) -> None:
    found = services(environment)
    for name, (engine, platform) in SEEDS.items():
        assert (found[name]["engine"], found[name]["platform"]) == (engine, platform)


@pytest.mark.req("XC-02", "S2-31")
@pytest.mark.parametrize("name", SEEDS)
def test_staging_and_production_differ_only_by_what_may_differ(name: str) -> None:
    staging, production = ({**services(environment)[name]} for environment in ("staging", "prod"))
    for key in MAY_DIFFER:
        staging.pop(key, None)
        production.pop(key, None)
    assert staging == production


@pytest.mark.req("XC-13")
def test_no_file_of_an_inventory_holds_a_credential() -> None:
    for path in (ROOT / "inventories").rglob("*.yml"):
        for entry in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).get("llm_secrets", []):
            texts = [entry.get(key) for key in ("value", "access_key", "secret_key")]
            texts += [login["password"] for login in entry.get("registries", [])]
            assert all(text is None or text.startswith("{{") for text in texts), path
