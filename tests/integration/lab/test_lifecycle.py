# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab comes up, stays as it is, changes with its inventory, and goes without a trace."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils import _lab
from ansible_collections.inferops.serving.plugins.module_utils._lab import LabError, NodeGroup, processes
from kubernetes import client
from kubernetes.client.exceptions import ApiException

from tests.support.lab import OwnLab, eventually

pytestmark = [pytest.mark.proof("C")]

OwnLabs = Callable[..., OwnLab]


def test_everything_runs_is_private_and_stays_untouched_when_asked_again(own_lab: OwnLabs) -> None:
    lab = own_lab()
    directory = lab.config.directory
    for path in [*directory.glob("*.kubeconfig"), *(directory / "pki").glob("*.key")]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
    pids = {name: process.pid for name, process in processes.running(directory).items()}
    assert _lab.up(lab.config, print).actions == []
    assert pids == {name: process.pid for name, process in processes.running(directory).items()}
    facts = _lab.status(directory)
    assert facts["state"] == "present"
    by_name = {process["name"]: process for process in facts["processes"]}
    assert by_name["kube-apiserver"]["ports"] == [lab.config.port]
    assert all(process["running"] and process["memory_mib"] > 0 for process in facts["processes"])
    assert facts["memory_mib"] == sum(process["memory_mib"] for process in facts["processes"])


def test_stopping_keeps_the_state_and_removing_leaves_nothing(own_lab: OwnLabs) -> None:
    lab = own_lab()
    directory = lab.config.directory
    namespace = lab.namespace("kept")
    pids = [process.pid for process in processes.running(directory).values()]
    _lab.down(directory)
    assert _lab.status(directory)["state"] == "stopped"
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists() and not _is_zombie(pid)]
    assert _lab.down(directory).actions == []
    _lab.up(lab.config, print)
    assert lab.core.read_namespace(namespace).status.phase == "Active"
    assert _lab.remove(directory).actions
    assert not directory.exists()
    assert _lab.remove(directory).actions == []


def test_two_labs_run_side_by_side_and_know_nothing_of_each_other(
    own_lab: OwnLabs, spare_lab: OwnLab
) -> None:
    staging, prod = own_lab(nodes=[]), spare_lab
    namespace = staging.namespace("staging-only")
    assert namespace not in [each.metadata.name for each in prod.core.list_namespace().items]
    configuration = json.loads(staging.kubeconfig.read_text())
    configuration["clusters"] = json.loads(prod.kubeconfig.read_text())["clusters"]
    stranger = staging.config.directory / "stranger.kubeconfig"
    stranger.write_text(json.dumps(configuration))
    with pytest.raises(ApiException) as refused:
        replace(prod, kubeconfig=stranger).core.list_namespace()
    assert refused.value.status == 401
    _lab.down(staging.config.directory)
    assert prod.core.list_namespace().items


def test_only_processes_of_the_lab_are_ended(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as stranger:
        try:
            (tmp_path / "run").mkdir()
            record = {"pid": stranger.pid, "started": "another boot/1", "argv": ["etcd"], "ends_by": 9}
            (tmp_path / "run" / "etcd.json").write_text(json.dumps(record))
            assert processes.running(tmp_path) == {}
            assert _lab.down(tmp_path).actions == []
            assert stranger.poll() is None
        finally:
            stranger.kill()


def test_a_directory_with_other_files_is_neither_used_nor_deleted(spare_lab: OwnLab, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious")
    with pytest.raises(LabError, match="holds other files"):
        _lab.up(replace(spare_lab.config, directory=tmp_path), print)
    with pytest.raises(LabError, match="holds other files"):
        _lab.remove(tmp_path)
    assert (tmp_path / "thesis.txt").exists()


def test_a_taken_port_is_named(spare_lab: OwnLab, tmp_path: Path) -> None:
    with pytest.raises(LabError, match=rf"port {spare_lab.config.port_of('etcd')} is taken"):
        _lab.up(replace(spare_lab.config, directory=tmp_path / "other"), print)


def test_nodes_follow_the_inventory(own_lab: OwnLabs) -> None:
    taint = {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
    lab = own_lab(nodes=[{"name": "gpu", "count": 2, "gpus": 8, "labels": {"pool": "a"}}, {"name": "cpu"}])
    lab.core.patch_node("gpu-0", {"metadata": {"labels": {"mine": "stays"}}})
    groups = (
        NodeGroup(name="gpu", count=1, gpus=4, gpu_product="NVIDIA-L40S", zones=("z",), taints=(taint,)),
    )
    did = _lab.up(replace(lab.config, nodes=groups), print).actions
    assert sorted(did) == ["node cpu-0 deleted", "node gpu-0 changed", "node gpu-1 deleted"]
    (node,) = lab.core.list_node().items
    assert node.metadata.labels["nvidia.com/gpu.product"] == "NVIDIA-L40S"
    assert node.metadata.labels["topology.kubernetes.io/zone"] == "z"
    assert node.metadata.labels["mine"] == "stays"
    assert "pool" not in node.metadata.labels
    assert node.status.allocatable["nvidia.com/gpu"] == "4"
    assert [(each.key, each.value) for each in node.spec.taints if each.key == taint["key"]] == [
        ("nvidia.com/gpu", "present")
    ]


def test_a_node_that_is_told_to_break_breaks_and_recovers(own_lab: OwnLabs) -> None:
    lab = own_lab(nodes=[{"name": "gpu"}])
    label = "node-not-ready.stage.kwok.x-k8s.io"

    def broken() -> bool:
        """A node that kwok has just taken over may miss a change, so the wish is repeated."""
        wish = {"labels": {label: "true"}, "annotations": {"repeated": str(time.monotonic())}}
        return _ready(lab.core.patch_node("gpu-0", {"metadata": wish})) == "False"

    eventually(broken)
    lab.core.patch_node("gpu-0", {"metadata": {"labels": {label: None}}})
    eventually(lambda: _ready(lab.core.read_node("gpu-0")) == "True")


def test_a_process_that_died_is_started_again(spare_lab: OwnLab) -> None:
    spare_lab.stop("kube-scheduler")
    assert _lab.up(spare_lab.config, print).actions == ["kube-scheduler started"]


def test_access_is_decided_by_rbac(spare_lab: OwnLab) -> None:
    lab = spare_lab
    namespace = lab.namespace("rbac")
    lab.core.create_namespaced_service_account(namespace, {"metadata": {"name": "reader"}})
    request = {"spec": {}}
    token = lab.core.create_namespaced_service_account_token("reader", namespace, request).status.token
    reader = _with_token(lab, token)
    with pytest.raises(ApiException) as refused:
        reader.list_namespaced_secret(namespace)
    assert refused.value.status == 403
    body: dict[str, Any] = {
        "metadata": {"name": "read"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view"},
        "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": namespace}],
    }
    client.RbacAuthorizationV1Api(lab.client).create_namespaced_role_binding(namespace, body)
    eventually(lambda: reader.list_namespaced_config_map(namespace) is not None)
    with pytest.raises(ApiException) as still:
        reader.list_namespaced_secret(namespace)
    assert still.value.status == 403


def _with_token(lab: OwnLab, token: str) -> Any:
    configuration = client.Configuration(host=lab.config.address)
    configuration.ssl_ca_cert = str(lab.config.pki / "ca.crt")
    configuration.api_key = {"authorization": f"Bearer {token}"}
    return client.CoreV1Api(client.ApiClient(configuration))


def _ready(node: Any) -> str:
    return next(each.status for each in node.status.conditions if each.type == "Ready")


def _is_zombie(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
