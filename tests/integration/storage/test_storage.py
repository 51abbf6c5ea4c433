# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Volumes and claims, by ansible-playbook on a control plane whose binder is the real one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.conftest import Lab
from tests.support.lab import eventually
from tests.support.playbook import Run, run_tasks

pytestmark = [pytest.mark.proof("P", "C")]

NFS = {"nfs": {"server": "nfs.example", "path": "/models"}}


@pytest.fixture
def namespace(lab: Lab) -> str:
    return lab.namespace("storage")


def inventory(namespace: str, **store: Any) -> dict[str, Any]:
    return {
        "llm_stores": [{"name": "models", "kind": "nfs", "size": "10Gi", "pv": NFS, **store}],
        "llm_models": [{"name": "small", "source": "small", "store": "models"}],
        "llm_serving": [{"name": "chat", "namespace": namespace, "model": "small", "engine": "vllm"}],
    }


def run(lab: Lab, variables: dict[str, Any], *arguments: str, **options: Any) -> Run:
    given = {**{name: f"{{{{ {name} }}}}" for name in variables}, "wait_timeout": 90, **options}
    task = {"inferops.serving.stores": given}
    return run_tasks([task], *arguments, kubeconfig=lab.kubeconfig, variables=variables)


def attempts(lab: Lab, variables: dict[str, Any], *tries: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of several tries with an inventory, in one run that goes on after failures."""
    tasks = [
        {
            "inferops.serving.stores": {"wait_timeout": 90, **variables, **options},
            "check_mode": options is CHECKED,
            "ignore_errors": True,
        }
        for options in tries
    ]
    done = run_tasks(tasks, kubeconfig=lab.kubeconfig)
    assert len(done.tasks) == len(tries), done.output
    return [task["result"] for task in done.tasks]


def claim(lab: Lab, namespace: str) -> Any:
    return lab.core.read_namespaced_persistent_volume_claim("models", namespace)


def volumes(lab: Lab, namespace: str) -> list[str]:
    return [
        one.metadata.name
        for one in lab.core.list_persistent_volume().items
        if one.spec.claim_ref and one.spec.claim_ref.namespace == namespace
    ]


def purge(lab: Lab, namespace: str, variables: dict[str, Any]) -> None:
    assert run(lab, variables, state="absent", purge_models=True).status == 0


@pytest.mark.req("S1-09", "S1-10", "S4-14")
def test_a_claim_is_bound_to_the_volume_of_its_own_and_a_second_run_changes_nothing(
    lab: Lab, namespace: str
) -> None:
    wanted = inventory(namespace)
    first = run(lab, wanted)
    assert first.status == 0, first.output
    bound = claim(lab, namespace)
    assert (bound.status.phase, bound.spec.volume_name) == ("Bound", f"{namespace}-models")
    volume = lab.core.read_persistent_volume(f"{namespace}-models")
    assert volume.spec.persistent_volume_reclaim_policy == "Retain"
    assert volume.spec.mount_options == ["nfsvers=4.1"]
    second = run(lab, wanted)
    assert (second.status, second.changed) == (0, 0), second.output
    assert run(lab, wanted, mode="verify").status == 0
    purge(lab, namespace, wanted)


@pytest.mark.req("S1-12")
def test_data_goes_only_when_that_is_said(lab: Lab, namespace: str) -> None:
    wanted = inventory(namespace)
    run(lab, wanted)
    refused = run(lab, wanted, state="absent")
    assert refused.status != 0
    assert "purge_models" in refused.result("stores")["msg"]
    assert claim(lab, namespace).status.phase == "Bound"

    emptied = run(lab, {**wanted, "llm_models": [{"name": "small", "source": "org/small"}]})
    assert emptied.status == 0, emptied.output
    assert claim(lab, namespace).status.phase == "Bound", "leaving the inventory is no order to delete data"

    purge(lab, namespace, wanted)
    assert volumes(lab, namespace) == []
    assert lab.core.list_namespaced_persistent_volume_claim(namespace).items == []


@pytest.mark.req("S1-11")
def test_a_claim_that_could_not_bind_is_refused_with_all_reasons(lab: Lab, namespace: str) -> None:
    share = f"share-{namespace}"
    spec = {"capacity": {"storage": "5Gi"}, "accessModes": ["ReadWriteOnce"], **NFS, "storageClassName": ""}
    lab.core.create_persistent_volume({"metadata": {"name": share}, "spec": spec})
    small = run(lab, inventory(namespace, kind="pvc", pv={"existing": share}))
    assert small.status != 0
    told = {(one["code"], one["path"]) for one in small.result("stores")["problems"]}
    assert told == {("V-12", "llm_stores[models].size"), ("V-12", "llm_stores[models].access_modes")}

    misspelt = run(lab, inventory(namespace, kind="pvc", pv={"existing": share[:-1]}))
    assert f"Did you mean {share}?" in misspelt.result("stores")["msg"]
    assert lab.core.list_namespaced_persistent_volume_claim(namespace).items == []
    lab.core.delete_persistent_volume(share)


@pytest.mark.req("S1-09", "S1-10")
def test_a_claim_binds_to_a_volume_that_is_there(lab: Lab, namespace: str) -> None:
    share = f"share-{namespace}"
    spec = {"capacity": {"storage": "50Gi"}, "accessModes": ["ReadWriteMany"], **NFS, "storageClassName": ""}
    lab.core.create_persistent_volume({"metadata": {"name": share}, "spec": spec})
    wanted = inventory(namespace, kind="pvc", pv={"existing": share})
    done = run(lab, wanted)
    assert done.status == 0, done.output
    assert claim(lab, namespace).spec.volume_name == share
    purge(lab, namespace, wanted)
    lab.core.read_persistent_volume(share)
    lab.core.delete_persistent_volume(share)


def test_a_class_that_is_not_there_is_refused(lab: Lab, namespace: str) -> None:
    wanted = inventory(namespace, kind="pvc", pv={}, storage_class="fastest")
    assert "there is no StorageClass fastest" in run(lab, wanted).result("stores")["msg"]


def test_a_claim_that_is_said_to_exist_must_exist(lab: Lab, namespace: str) -> None:
    wanted = {**inventory(namespace), "llm_stores": [{"name": "models", "kind": "pvc"}]}
    assert f"there is no PersistentVolumeClaim {namespace}/models" in run(lab, wanted).result("stores")["msg"]


def test_a_static_claim_of_another_size_tells_why_it_cannot_grow(lab: Lab, namespace: str) -> None:
    wanted = inventory(namespace)
    run(lab, wanted)
    grown = run(lab, inventory(namespace, size="20Gi"))
    assert grown.status != 0
    assert f"PersistentVolumeClaim {namespace}/models" in grown.result("stores")["msg"]
    purge(lab, namespace, wanted)


ANEW = {"recreate": ["PersistentVolume", "PersistentVolumeClaim"]}
CHECKED = {**ANEW}
"""The same, in check mode."""
PURGE = {"state": "absent", "purge_models": True}


@pytest.mark.req("S1-11", "S1-12")
def test_claims_are_not_taken_from_pods_and_volumes_find_their_way_back(lab: Lab, namespace: str) -> None:
    wanted = inventory(namespace)
    moved = inventory(namespace, pv={"nfs": {**NFS["nfs"], "server": "other.example"}})
    assert run(lab, wanted).status == 0
    mount = {"name": "models", "persistentVolumeClaim": {"claimName": "models"}}
    pod = {"containers": [{"name": "chat", "image": "chat"}], "volumes": [mount]}
    lab.core.create_namespaced_pod(namespace, {"metadata": {"name": "chat"}, "spec": pod})
    kept, unmoved = attempts(lab, moved, PURGE, ANEW)
    for refused in (kept, unmoved):
        assert f"claim {namespace}/models is mounted by chat." in refused["msg"]
    assert claim(lab, namespace).metadata.deletion_timestamp is None

    lab.core.delete_namespaced_pod("chat", namespace, grace_period_seconds=0)
    before = claim(lab, namespace).metadata.uid
    fixed, foretold, done, again = attempts(lab, moved, {}, CHECKED, ANEW, {})
    assert "nfs.example" in fixed["msg"]
    assert "other.example" in fixed["msg"]
    assert [one["action"] for one in foretold["actions"]].count("would-delete") == 2
    assert not done.get("failed"), done
    assert not again["changed"]
    after = claim(lab, namespace)
    assert (after.status.phase, after.metadata.uid == before) == ("Bound", False)
    assert lab.core.read_persistent_volume(f"{namespace}-models").spec.nfs.server == "other.example"

    lab.core.delete_namespaced_persistent_volume_claim("models", namespace)
    eventually(lambda: lab.core.read_persistent_volume(f"{namespace}-models").status.phase == "Released")
    released, rebound, bound, gone = attempts(
        lab, moved, {}, {"rebind_released": True}, {"mode": "verify"}, PURGE
    )
    assert "is Released" in released["msg"]
    for result in (rebound, bound, gone):
        assert not result.get("failed"), result
    assert volumes(lab, namespace) == []
