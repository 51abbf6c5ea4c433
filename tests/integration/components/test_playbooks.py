# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks of the prerequisites, as a person runs them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils import _lab
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._lab import snapshot

from tests.support.helm import GREETER, VALUES, noted_helm
from tests.support.lab import Lab
from tests.support.playbook import ROOT, Run, run_playbook

from .conftest import SCENARIOS, daemon_set, marks, written

pytestmark = [pytest.mark.proof("P", "C")]
STATES = {name: {"state": "present"} for name in ("nfd", "device_plugin", "gfd")}
SERVICE = "llama3-inference"
"""It asks for GPUs of a product, shares of their memory and a cache device, and for no controller."""
KEDA = SCENARIOS / "serving_platform" / "bundles" / "keda.yaml"


@pytest.fixture
def play(bare: Lab, tmp_path: Path) -> Callable[..., Run]:
    def run(playbook: str, *arguments: str, components: dict[str, Any] | None = None, **more: Any) -> Run:
        keda = {"state": "present", "source": str(KEDA)}
        cluster = {
            "gpu_nodes": {
                "manage": "apply",
                "names": ["bare-0", "bare-1"],
                "extra_labels": {"demo": "base"},
            },
            "components": components or {**STATES, "keda": keda},
        }
        variables = {
            "llm_cluster": cluster,
            "llm_connection": {"kubeconfig": str(bare.kubeconfig)},
            "ansible_connection": "local",
        }
        inventory = tmp_path / "inventory.yml"
        inventory.write_text(yaml.safe_dump({"llm_clusters": {"hosts": {"one": {}}, "vars": variables}}))
        return run_playbook(ROOT / "playbooks" / playbook, "-i", str(inventory), *arguments, variables=more)

    return run


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Playbooks on the inventory of the lab, typed as the documentation says, in a directory of the test."""
    lab = {"lab_dir": str(tmp_path / "lab"), "lab_port": snapshot.free_port()}
    only = {"lab_controllers": {}, "llm_services": [SERVICE]}

    def run(playbook: str, *arguments: str, **more: Any) -> Run:
        return run_playbook(
            ROOT / "playbooks" / playbook,
            "-i",
            "inventories/lab",
            *arguments,
            variables={**lab, **only, **more},
        )

    yield run
    _lab.remove(tmp_path / "lab")


@pytest.mark.req("S1-19", "S1-24", "XC-21")
def test_bare_nodes_become_nodes_that_serve_and_bare_again(demo: Callable[..., Run], tmp_path: Path) -> None:
    assert demo("lab.yml").status == 0
    client = connect({"kubeconfig": str(tmp_path / "lab" / "admin.kubeconfig")})
    before, nodes = written(client), marks(client)
    refused = demo("deploy.yml", "--check")
    assert refused.status != 0
    assert "nvidia.com/gpu" in refused.output
    foretold = demo("prerequisites.yml", "--check", "--diff")
    assert foretold.status == 0, foretold.output
    assert foretold.changed > 0
    assert written(client) == before

    first = demo("prerequisites.yml")
    assert first.status == 0, first.output
    inventory = first.result("component")["gpu_inventory"]
    assert {name: one["count"] for name, one in inventory.items()} == {"gpu-0": 8, "gpu-1": 8, "a10g-0": 8}
    assert first.result("set_stats")["ansible_stats"]["data"]["llm_gpu_inventory"] == {"lab": inventory}
    second = demo("prerequisites.yml")
    assert (second.status, second.changed) == (0, 0), second.output

    deployed = demo("deploy.yml")
    assert deployed.status == 0, deployed.output
    assert demo("remove.yml", purge_models=True, llm_services=[]).status == 0
    gone = demo(
        "prerequisites.yml",
        llm_prerequisites_state="absent",
        llm_delete_crds=True,
        llm_delete_namespaces=True,
    )
    assert gone.status == 0, gone.output
    left = written(client)
    assert left.items() >= before.items()
    more = {kind for kind, _namespace, _name in left.keys() - before.keys()}
    assert more <= {"Namespace"}, "the services' namespaces stay"
    assert marks(client) == nodes


def test_seeds_that_do_not_compose_are_refused_with_the_reason(
    play: Callable[..., Run], client: Client
) -> None:
    before = written(client)
    both = play("prerequisites.yml", components={**STATES, "hami": {"state": "present"}})
    assert both.status != 0
    assert "same GPUs" in both.output
    operator = play("prerequisites.yml", components={"aidaptiv": {"state": "present", "mode": "operator"}})
    assert operator.status != 0
    assert "nobody publishes" in operator.output
    assert written(client) == before


@pytest.mark.req("S1-18", "S1-21", "S1-26", "S3-11")
def test_a_report_changes_nothing_and_can_be_read_by_programs(
    play: Callable[..., Run], client: Client, put: Callable[[dict[str, Any]], Any], tmp_path: Path
) -> None:
    put(daemon_set("hami-device-plugin", image="docker.io/projecthami/hami:v2.9.0"))
    before = written(client)
    report = tmp_path / "report.json"
    run = play("components_report.yml", llm_report_file=str(report))
    assert run.status == 0, run.output
    rows = {row["component"]: row for row in json.loads(report.read_text())["components"]}
    assert (rows["hami"]["present"], rows["hami"]["version"]) == (True, "v2.9.0")
    assert rows["device_plugin"]["action"] == "refuse"
    assert "COMPONENT" in run.output
    assert written(client) == before


@pytest.mark.req("XC-21")
def test_a_chart_comes_with_values_that_no_verbosity_shows(bare: Lab, tmp_path: Path) -> None:
    helm = noted_helm(tmp_path)
    keda = {"state": "present", "source": f"helm:{GREETER}", "values": VALUES}
    variables = {
        "ansible_python_interpreter": sys.executable,
        "llm_cluster": {"components": {"keda": keda}},
        "serving_platform_helm": str(helm.path),
    }
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "roles": ["inferops.serving.serving_platform"],
    }
    (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))
    told = ("--tags", "serving_platform_install", "--check", "--diff", "-vvv")
    environ = {"K8S_AUTH_KUBECONFIG": str(bare.kubeconfig)}
    run = run_playbook(tmp_path / "play.yml", *told, variables=variables, environ=environ)
    assert run.status == 0, run.output
    [(arguments, values)] = helm.calls
    assert json.loads(values) == VALUES
    assert VALUES["adminPassword"] not in " ".join(arguments), "every user of the machine sees them"
    [brought] = run.result("bundle")["results"]
    assert brought["action"] == "install"
    assert VALUES["adminPassword"] not in run.output
    assert VALUES["greeting"] in run.output, "what is no secret is shown in the difference"
