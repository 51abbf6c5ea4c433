# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module and the option by which services wait, as a playbook sees them."""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client

from tests.integration.conftest import Lab
from tests.integration.preflight.asking import variables
from tests.integration.preflight.conftest import Made
from tests.support.lab import eventually
from tests.support.playbook import Run, run_tasks

pytestmark = [pytest.mark.proof("P", "C")]

ANSIBLES_OWN = ("sh", "mkdir", "chmod", "rm", "sleep", "uname")


def _run(
    lab: Lab, module: str, given: dict[str, Any], *, environ: dict[str, str] | None = None, **options: Any
) -> Run:
    task = {f"inferops.serving.{module}": {**{name: f"{{{{ {name} }}}}" for name in given}, **options}}
    return run_tasks([task], kubeconfig=lab.kubeconfig, variables=given, environ=environ)


@pytest.mark.req("S1-01", "S2-03")
def test_a_tool_that_is_missing_refuses_only_its_feature(lab: Lab, namespace: str, tmp_path: Path) -> None:
    """The PATH has what Ansible itself calls, and nothing else."""
    for name in ANSIBLES_OWN:
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    environ = {"PATH": str(tmp_path)}
    plain = variables(namespace, {"engine": "simulator"})
    run = _run(lab, "preflight", plain, environ=environ)
    assert run.status == 0, run.output
    result = run.result("preflight")
    assert {tool["name"]: tool["path"] for tool in result["tools"]} == dict.fromkeys(
        ("kubectl", "helm", "docker", "podman", "go")
    )
    assert all(tool["enables"] for tool in result["tools"])
    chart = {"components": {"keda": {"state": "present", "source": "helm:kedacore/keda"}}}
    run = _run(
        lab, "preflight", variables(namespace, {"engine": "simulator"}, cluster=chart), environ=environ
    )
    (problem,) = run.result("preflight")["problems"]
    assert problem["path"] == "llm_cluster.components.keda.source"
    assert "helm is not installed here" in problem["message"]
    helm = tmp_path / "helm"
    helm.write_text("#!/bin/sh\n")
    helm.chmod(0o755)
    run = _run(
        lab, "preflight", variables(namespace, {"engine": "simulator"}, cluster=chart), environ=environ
    )
    assert run.status == 0, run.output


@pytest.mark.req("S1-77")
def test_a_run_that_finds_no_room_stops_or_queues(
    lab: Lab, client: Client, namespace: str, island: Made
) -> None:
    there = island(gpus=2)
    held = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "holder", "namespace": namespace},
        "spec": {
            "nodeSelector": there.selector,
            "tolerations": [{"operator": "Exists"}],
            "terminationGracePeriodSeconds": 0,
            "containers": [
                {"name": "main", "image": "app:1", "resources": {"limits": {"nvidia.com/gpu": "2"}}}
            ],
        },
    }
    client.request("POST", f"/api/v1/namespaces/{namespace}/pods", body=held)
    eventually(lambda: _is_bound(client, namespace))
    given = variables(namespace, {"topology": {"tensor": 2}}, cluster=there.cluster)
    for arguments in ((), ("--check",)):
        task = {"inferops.serving.services": {name: f"{{{{ {name} }}}}" for name in given}}
        run = run_tasks([task], *arguments, kubeconfig=lab.kubeconfig, variables=given)
        assert run.status != 0
        (problem,) = [each for each in run.result("services")["problems"] if each["severity"] == "error"]
        assert problem["code"] == "V-24"
    assert client.list("apps/v1", "Deployment", namespace=namespace) == []

    freed = threading.Timer(6, client.delete, [held])
    freed.start()
    started = time.monotonic()
    run = _run(lab, "services", given, capacity="queue", wait_timeout=120)
    freed.join()
    assert run.status == 0, run.output
    assert time.monotonic() - started > 6
    (service,) = run.result("services")["services"]
    assert service["ready"]


def _is_bound(client: Client, namespace: str) -> bool:
    pod = client.get("v1", "Pod", "holder", namespace) or {}
    return bool(pod.get("spec", {}).get("nodeName"))


def test_problems_of_inventory_and_cluster_come_in_one_answer(lab: Lab, namespace: str) -> None:
    given = variables(
        namespace,
        {"name": "one", "node_selector": {"no": "such"}},
        {"name": "two", "gpu": {"mode": "visible-devices", "visible_devices": ["0"]}},
    )
    run = _run(lab, "services", given)
    assert run.status != 0
    found = {(each["code"], each["path"]) for each in run.result("services")["problems"]}
    assert ("V-23", "llm_serving[one].node_selector") in found
    assert ("V-06", "llm_serving[two].gpu") in found
