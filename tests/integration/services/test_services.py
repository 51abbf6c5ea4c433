# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services rolled out by ansible-playbook on a real control plane."""

from __future__ import annotations

import copy
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._apply.wait import wait_until_gone
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read

from tests.integration.conftest import Lab
from tests.support.playbook import Run, run_tasks

pytestmark = [pytest.mark.proof("P")]


@pytest.fixture
def client(lab: Lab) -> Client:
    return connect({"kubeconfig": str(lab.kubeconfig)})


@pytest.fixture
def namespace(lab: Lab) -> str:
    return lab.namespace("services")


def inventory(namespace: str, **service: Any) -> dict[str, Any]:
    """One service without GPU beside one of KServe, both of the simulator."""
    return {
        "llm_models": [{"name": "tiny", "source": "facebook/opt-125m"}],
        "llm_serving": [
            {"name": "sim", "namespace": namespace, "model": "tiny", "engine": "simulator", **service},
            {
                "name": "hosted",
                "namespace": namespace,
                "model": "tiny",
                "engine": "simulator",
                "platform": "kserve",
            },
        ],
    }


def roll_out(lab: Lab, variables: dict[str, Any], *arguments: str, **options: Any) -> Run:
    task = {
        "inferops.serving.services": {
            **{name: f"{{{{ {name} }}}}" for name in variables},
            "wait_timeout": 60,
            **options,
        }
    }
    return run_tasks([task], *arguments, kubeconfig=lab.kubeconfig, variables=variables)


def by_name(run: Run) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in run.result("services")["services"]}


@pytest.mark.req("XC-05", "XC-06")
def test_check_mode_foretells_the_run_and_the_second_run_changes_nothing(lab: Lab, namespace: str) -> None:
    wanted = inventory(namespace)
    foretold = by_name(roll_out(lab, wanted, "--check", "--diff"))
    first = roll_out(lab, wanted)
    assert first.status == 0, first.output
    done = by_name(first)
    assert {name: one["action"] for name, one in done.items()} == {"sim": "created", "hosted": "created"}
    assert {name: one["action"] for name, one in foretold.items()} == {
        "sim": "would-create",
        "hosted": "would-create",
    }
    assert all(one["ready"] and one["revision"] == 1 and one["address"] for one in done.values())
    second = roll_out(lab, wanted)
    assert (second.status, second.changed) == (0, 0), second.output
    assert all(one["ready"] for one in by_name(second).values())


@pytest.mark.req("XC-09", "XC-10")
def test_one_bad_service_is_explained_and_the_others_are_rolled_out(lab: Lab, namespace: str) -> None:
    wanted = inventory(namespace, image="registry.example/does-not-exist:1", version="0.33.0")
    run = roll_out(lab, wanted)
    assert run.status != 0
    found = by_name(run)
    assert found["hosted"]["ready"] is True
    assert found["sim"]["ready"] is False
    assert [one["code"] for one in found["sim"]["diagnosis"]] == ["ImagePull"]
    assert "does-not-exist" in run.result("services")["msg"]


@pytest.mark.req("XC-15")
def test_every_problem_is_told_at_once_and_nothing_is_written(
    lab: Lab, namespace: str, client: Client
) -> None:
    wanted = inventory(namespace, engine_arg={}, topology={"tensor": "two"}, shm_size="2")
    run = roll_out(lab, wanted)
    assert run.status != 0
    codes = {(one["code"], one["path"]) for one in run.result("services")["problems"]}
    assert {
        ("V-01", "llm_serving[sim].engine_arg"),
        ("V-25", "llm_serving[sim].topology.tensor"),
        ("V-25", "llm_serving[sim].shm_size"),
    } <= codes
    assert client.list("apps/v1", "Deployment", namespace=namespace) == []


@pytest.mark.req("XC-08", "S3-53")
def test_what_a_service_no_longer_has_is_pruned_and_a_neighbour_stays(
    lab: Lab, namespace: str, client: Client
) -> None:
    roll_out(lab, inventory(namespace, expose={"type": "cluster", "port": 8000}))
    neighbour = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "neighbour", "namespace": namespace},
        "spec": {"ports": [{"port": 1}]},
    }
    client.apply(neighbour, manager="somebody")
    run = roll_out(lab, inventory(namespace, expose={"type": "none"}))
    assert run.status == 0, run.output
    assert "pruned" in {action["action"] for action in by_name(run)["sim"]["actions"]}
    assert client.get("v1", "Service", "sim", namespace) is None
    assert client.get("v1", "Service", "neighbour", namespace) is not None


@pytest.mark.req("S2-30")
def test_a_stopped_service_frees_its_pods_and_keeps_its_objects(
    lab: Lab, namespace: str, client: Client
) -> None:
    wanted = inventory(namespace)
    roll_out(lab, wanted)
    stopped = roll_out(lab, wanted, state="stopped")
    assert stopped.status == 0, stopped.output
    assert {one["ready"] for one in by_name(stopped).values()} == {False}
    assert [pod for pod in client.list("v1", "Pod", namespace=namespace) if _lives(pod)] == []
    assert client.get("serving.kserve.io/v1beta1", "InferenceService", "hosted", namespace) is not None
    assert client.get("apps/v1", "Deployment", "sim", namespace) is not None
    again = roll_out(lab, wanted)
    assert {one["ready"] for one in by_name(again).values()} == {True}


def _lives(pod: dict[str, Any]) -> bool:
    return "deletionTimestamp" not in pod["metadata"]


@pytest.mark.req("S2-51", "S3-53")
def test_removal_takes_what_is_the_services_and_nothing_else(
    lab: Lab, namespace: str, client: Client
) -> None:
    wanted = inventory(namespace)
    before = _names(client, namespace)
    roll_out(lab, wanted)
    gone = roll_out(lab, wanted, state="absent")
    assert gone.status == 0, gone.output
    assert {one["action"] for one in by_name(gone).values()} == {"deleted"}
    assert _names(client, namespace) == before
    again = roll_out(lab, wanted, state="absent")
    assert (again.status, again.changed) == (0, 0), again.output


def _names(client: Client, namespace: str) -> set[tuple[str, str]]:
    kinds = [
        ("v1", "ConfigMap"),
        ("v1", "Secret"),
        ("v1", "Service"),
        ("v1", "ServiceAccount"),
        ("apps/v1", "Deployment"),
        ("serving.kserve.io/v1alpha1", "ServingRuntime"),
        ("serving.kserve.io/v1beta1", "InferenceService"),
    ]
    return {
        (kind, obj["metadata"]["name"])
        for version, kind in kinds
        for obj in client.list(version, kind, namespace=namespace)
    }


@pytest.mark.req("XC-08")
def test_the_info_module_tells_drift_and_writes_nothing(lab: Lab, namespace: str, client: Client) -> None:
    wanted = inventory(namespace)
    roll_out(lab, wanted)
    deployment = client.get("apps/v1", "Deployment", "sim", namespace)
    assert deployment is not None
    changed = copy.deepcopy(deployment)
    changed["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] += 100
    client.request("PUT", client.path(changed), query={"fieldManager": "somebody"}, body=changed)
    version = client.get("apps/v1", "Deployment", "sim", namespace)["metadata"]["generation"]  # type: ignore[index]
    look = run_tasks(
        [{"inferops.serving.services_info": {name: f"{{{{ {name} }}}}" for name in wanted}}],
        kubeconfig=lab.kubeconfig,
        variables=wanted,
    )
    assert look.changed == 0
    found = {one["name"]: one for one in look.result("services_info")["services"]}
    assert found["hosted"]["drift"] == []
    assert found["hosted"]["ready"]
    assert [one["kind"] for one in found["sim"]["drift"]] == ["Deployment"]
    assert "somebody" in {one["manager"] for one in found["sim"]["foreign"]}
    assert found["sim"]["revision"]["number"] == 1
    assert client.get("apps/v1", "Deployment", "sim", namespace)["metadata"]["generation"] == version  # type: ignore[index]


@pytest.mark.req("XC-14", "S0-01")
def test_rendered_files_applied_by_hand_equal_the_live_rollout(
    lab: Lab, namespace: str, client: Client, tmp_path: Path
) -> None:
    wanted = inventory(namespace)
    render = run_tasks(
        [
            {
                "inferops.serving.manifests": {
                    "dest": str(tmp_path),
                    **{name: f"{{{{ {name} }}}}" for name in wanted},
                }
            }
        ],
        variables=wanted,
    )
    assert render.status == 0, render.output
    files = [tmp_path / name for name in render.result("manifests")["files"]]
    objects = [yaml.safe_load(path.read_text()) for path in files if path.name != "kustomization.yaml"]
    for obj in objects:
        client.apply(obj, manager="by-hand")
    by_hand = [_content(client, obj) for obj in objects]
    for obj in objects:
        client.delete(obj)
    assert wait_until_gone(client, objects, deadline=time.monotonic() + 60, progress=print) == []
    live = roll_out(lab, wanted)
    assert live.status == 0, live.output
    assert by_hand == [_content(client, obj) for obj in objects]


def _content(client: Client, obj: dict[str, Any]) -> dict[str, Any]:
    """What is the same whoever applied it: neither the server's book-keeping nor the membership of a set."""
    metadata = obj["metadata"]
    live = client.get(obj["apiVersion"], obj["kind"], metadata["name"], metadata["namespace"])
    assert live is not None
    labels = {
        key: value for key, value in live["metadata"]["labels"].items() if not key.startswith("applyset.")
    }
    annotations = {
        key: value
        for key, value in live["metadata"].get("annotations", {}).items()
        if not key.startswith("deployment.kubernetes.io/")
    }
    spec = live["spec"]
    for drawn in ("clusterIP", "clusterIPs"):
        spec.pop(drawn, None)
    return {"labels": labels, "annotations": annotations, "spec": spec}


@pytest.mark.req("XC-21")
def test_an_air_gapped_site_draws_the_pinned_images_from_its_own_registry(
    lab: Lab, namespace: str, client: Client
) -> None:
    wanted = inventory(namespace)
    registry = {"prefix": "registry.example/cache"}
    relocated = roll_out(lab, {**wanted, "llm_cluster": {"registry": registry}})
    assert relocated.status == 0, relocated.output
    (pinned,) = {plan.image for plan in read(wanted).plans}
    assert _images(client, namespace) == {f"registry.example/cache/{pinned.partition('/')[2]}"}
    assert roll_out(lab, {**wanted, "llm_cluster": {"registry": registry}}).changed == 0
    assert roll_out(lab, wanted).status == 0
    assert _images(client, namespace) == {pinned}


def _images(client: Client, namespace: str) -> set[str]:
    templates = [obj["spec"]["template"] for obj in client.list("apps/v1", "Deployment", namespace=namespace)]
    return {container["image"] for template in templates for container in template["spec"]["containers"]}


@pytest.mark.req("XC-05")
def test_a_changed_specification_is_one_new_revision_and_an_old_one_comes_back_as_the_newest(
    lab: Lab, namespace: str
) -> None:
    numbers = [
        by_name(roll_out(lab, inventory(namespace, env={"MODE": mode})))["sim"]["revision"]
        for mode in ("one", "two", "two", "one")
    ]
    assert numbers == [1, 2, 2, 3]
