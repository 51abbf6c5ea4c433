# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.playbook import Run, run_playbook, run_tasks

pytestmark = [pytest.mark.proof("P")]
VERIFY = "playbooks/verify.yml"
MODEL = {"name": "simulated", "source": "simulated/model"}
SERVICE = {"model": "simulated", "engine": "simulator"}


@pytest.fixture(scope="module")
def inventory(lab: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An inventory with one deployed service of the simulator."""
    namespace = lab.namespace("verify")
    variables: dict[str, Any] = {
        "llm_connection": {"kubeconfig": str(lab.kubeconfig)},
        "llm_models": [
            {"name": "simulated", "source": "simulated/model", "served_names": ["chat", "chat-large"]}
        ],
        "llm_serving": [
            {**SERVICE, "name": "chat", "namespace": namespace},
            {**SERVICE, "name": "off", "namespace": namespace, "state": "stopped"},
        ],
    }
    task = {key: variables[key] for key in ("llm_models", "llm_serving")}
    deployed = run_tasks([{"inferops.serving.services": task}], kubeconfig=lab.kubeconfig)
    assert deployed.status == 0, deployed.output
    hosts = {"llm_clusters": {"hosts": {"cluster": None}, "vars": variables}}
    path = tmp_path_factory.mktemp("inventory") / "hosts.yml"
    path.write_text(yaml.safe_dump({"all": {"children": hosts}}))
    return path


def verify(inventory: Path, *arguments: str, **variables: Any) -> Run:
    environ = {"ANSIBLE_SHOW_CUSTOM_STATS": "true"}
    return run_playbook(VERIFY, "-i", str(inventory), *arguments, variables=variables, environ=environ)


@pytest.mark.req("S2-48", "S3-45")
def test_what_runs_is_asked_and_shown_in_a_table_and_the_verdict_is_an_artifact(
    inventory: Path,
) -> None:
    run = verify(inventory)
    assert run.status == 0, run.output
    assert run.changed == 0
    (service,) = run.result("smoke_test")["services"]
    assert (service["name"], service["model"], service["reach"]) == ("chat", "chat", "port-forward")
    assert "SERVICE  ENGINE" in run.output
    assert "chat     simulator  deployment  yes" in run.output
    assert "llm_verification" in run.output


@pytest.mark.req("S3-39")
def test_a_service_under_another_name_fails_the_playbook_with_the_next_step(inventory: Path) -> None:
    other = [{**MODEL, "served_names": ["llama"]}]
    run = verify(inventory, llm_models=other)
    assert run.status != 0
    assert "chat: ModelNotServed (models): llama not served; served: chat, chat-large" in run.output
    assert "served_names" in run.output


def test_check_mode_asks_as_well(inventory: Path) -> None:
    run = verify(inventory, "--check")
    assert run.status == 0, run.output
    assert run.result("smoke_test")["services"][0]["ok"] is True


def test_a_service_that_does_not_exist_is_refused_with_the_nearest(inventory: Path) -> None:
    run = verify(inventory, llm_services=["chatt"])
    assert run.status != 0
    assert "Did you mean chat?" in run.output


@pytest.mark.req("XC-13")
def test_a_key_is_not_shown_at_any_verbosity(inventory: Path) -> None:
    target = {"name": "nowhere", "url": "http://127.0.0.1:9", "credentials": {"api_key": "pr1vate-key"}}
    run = verify(inventory, "-vvvv", verify_targets=[target], verify_timeout=5)
    assert run.status != 0
    assert "nowhere: Refused (address)" in run.output
    assert "pr1vate-key" not in run.output
