# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks as they are typed at the root, on staging and production: two clusters, one after the other.

The tests of this file tell one story and run in their order.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.lab import OwnLab, running
from tests.support.playbook import ROOT, Run, run_playbook

pytestmark = [pytest.mark.proof("P", "C")]

ENVIRONMENTS = ("staging", "prod")
SECRETS = {
    "HF_TOKEN": "hf_topsecret",
    "AWS_ACCESS_KEY_ID": "AKtopsecret",
    "AWS_SECRET_ACCESS_KEY": "SKtopsecret",
    "NGC_DOCKER_CONFIG": json.dumps(
        {"auths": {"nvcr.io": {"username": "$oauthtoken", "password": "ngctopsecret"}}}
    ),
    "DEMO_PASSWORD": "demotopsecret",
}
SERVICES = {
    "chat": "chat",
    "llama-3-70b": "llama-3-70b",
    "lean-rag-inference": "rag",
    "llama3-inference": "llama3-inference",
    "gpt2": "triton-demo-1",
}
LAB = yaml.safe_load((ROOT / "inventories/lab/hosts.yml").read_text())["llm_clusters"]["hosts"]["lab"]
"""What the demo's cluster is made of is what the services need."""
SHELL = ("sh", "env", "echo", "mkdir", "chmod", "rm", "cat", "sleep", "uname")
"""The programs that Ansible itself calls; nothing else is at hand."""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where programs are looked for."""
    directory = tmp_path_factory.mktemp("programs")
    for name in SHELL:
        (directory / name).symlink_to(str(shutil.which(name)))
    return f"{Path(sys.executable).parent}:{directory}"


@dataclass(frozen=True)
class Clusters:
    of: dict[str, OwnLab]
    path: str


@pytest.fixture(scope="module")
def clusters(tmp_path_factory: pytest.TempPathFactory, path: str) -> Iterator[Clusters]:
    options = {name: LAB[f"lab_{name}"] for name in ("controllers", "crds")}
    options["nodes"] = [{**group, "bare": False} for group in LAB["lab_nodes"]]  # agents run there already
    with ExitStack() as stack:
        labs = {
            name: stack.enter_context(running(tmp_path_factory.mktemp(name), **options))
            for name in ENVIRONMENTS
        }
        for one in labs.values():  # Istio would bring it
            one.core.create_namespace({"metadata": {"name": "istio-system"}})
        yield Clusters(labs, path)


def play(clusters: Clusters, playbook: str, environment: str, *arguments: str, **variables: Any) -> Run:
    kubeconfigs = {f"{name.upper()}_KUBECONFIG": str(lab.kubeconfig) for name, lab in clusters.of.items()}
    environ = {**SECRETS, **kubeconfigs, "PATH": clusters.path, "ANSIBLE_CONFIG": "ansible.cfg"}
    here = {"site_gpu_scheduler": "default-scheduler"}  # simulated nodes share GPUs without HAMi
    return run_playbook(
        playbook, "-i", environment, *arguments, variables={**here, **variables}, environ=environ
    )


def shown(run: Run) -> str:
    return run.output + json.dumps(run.tasks)


def objects(lab: OwnLab, kind: str, namespace: str) -> list[Any]:
    from kubernetes import client

    custom = client.CustomObjectsApi(lab.client)
    group, version, plural = {
        "InferenceService": ("serving.kserve.io", "v1beta1", "inferenceservices"),
        "ServingRuntime": ("serving.kserve.io", "v1alpha1", "servingruntimes"),
        "Deployment": ("apps", "v1", "deployments"),
    }[kind]
    found: list[Any] = custom.list_namespaced_custom_object(group, version, namespace, plural)["items"]
    return found


def namespaces(lab: OwnLab) -> set[str]:
    return {one.metadata.name for one in lab.core.list_namespace().items}


@pytest.mark.req("XC-03")
def test_neither_helm_nor_kubectl_is_at_hand(path: str) -> None:
    assert not shutil.which("helm", path=path)
    assert not shutil.which("kubectl", path=path)


@pytest.mark.req("XC-06")
def test_check_mode_foretells_the_first_run_on_an_empty_cluster(clusters: Clusters) -> None:
    before = namespaces(clusters.of["staging"])
    foretold = play(clusters, "site.yml", "staging", "--check", "--diff")
    assert foretold.status == 0, foretold.output
    services = foretold.result("services")["services"]
    assert {one["action"] for one in services} == {"would-create"}
    assert namespaces(clusters.of["staging"]) == before


@pytest.mark.req("XC-02", "XC-03", "XC-13", "S0-02", "S2-02")
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_site_as_typed_ends_with_answers_and_changes_nothing_the_second_time(
    clusters: Clusters, environment: str
) -> None:
    """The run that writes the credentials shows none at the highest verbosity."""
    first = play(clusters, "site.yml", environment, "-vvvv", "--diff")
    assert first.status == 0, first.output
    assert "topsecret" not in shown(first)
    rolled_out = {one["name"]: one for one in first.result("services")["services"]}
    assert set(SERVICES) <= set(rolled_out)
    assert all(one["ready"] for one in rolled_out.values())
    answered = {one["name"]: one for one in first.result("smoke_test")["services"]}
    assert all(answered[name]["ok"] for name in SERVICES)

    second = play(clusters, "site.yml", environment)
    assert (second.status, second.changed) == (0, 0), second.output


@pytest.mark.req("S1-02", "S4-27")
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_gpu_nodes_are_marked_and_pods_land_on_them(clusters: Clusters, environment: str) -> None:
    core = clusters.of[environment].core
    marked = {
        node.metadata.name
        for node in core.list_node(label_selector="nvidia.com/gpu=present,demo=base").items
        if any(taint.key == "nvidia.com/gpu" for taint in node.spec.taints or ())
    }
    assert marked
    assert {pod.spec.node_name for pod in core.list_namespaced_pod("triton-demo-1").items} <= marked


@pytest.mark.req("S2-45")
def test_credentials_come_before_the_runtime_and_that_before_the_service(clusters: Clusters) -> None:
    """Versions of the API server's storage only grow; these objects were written once and never again."""
    lab = clusters.of["prod"]
    written = int(lab.core.read_namespaced_secret("hf", "chat").metadata.resource_version)
    account = int(lab.core.read_namespaced_service_account("chat", "chat").metadata.resource_version)
    (runtime,) = objects(lab, "ServingRuntime", "chat")
    (service,) = objects(lab, "InferenceService", "chat")
    (made,) = objects(lab, "Deployment", "chat")
    assert written < account < int(runtime["metadata"]["resourceVersion"])
    assert runtime["metadata"]["creationTimestamp"] <= service["metadata"]["creationTimestamp"]
    assert service["metadata"]["creationTimestamp"] <= made["metadata"]["creationTimestamp"]


@pytest.mark.req("XC-13")
def test_files_for_others_hold_no_credential(clusters: Clusters, tmp_path: Path) -> None:
    files = tmp_path / "files"
    rendered = play(clusters, "playbooks/render.yml", "prod", "-vvvv", "--diff", llm_render_dir=str(files))
    assert rendered.status == 0, rendered.output
    assert "topsecret" not in shown(rendered)
    for file in files.rglob("*.yaml"):
        assert "topsecret" not in file.read_text(encoding="utf-8")


def staged(**keys: Any) -> dict[str, Any]:
    """Variables that add one service to both environments; keys may be templates over the cluster's name."""
    entry = {"name": "staged", "namespace": "staged", "model": "simulated", "engine": "simulator", **keys}
    return {"llm_services": ["staged"], "llm_serving_overrides": {"staged": entry}}


def promote(clusters: Clusters, **keys: Any) -> Run:
    return play(clusters, "playbooks/promote.yml", "staging", "-i", "prod", **staged(**keys))


def deployed(lab: OwnLab) -> dict[str, Any] | None:
    found = objects(lab, "Deployment", "staged")
    return found[0]["spec"] if found else None


@pytest.mark.req("XC-18", "S2-31")
def test_what_staging_did_not_prove_does_not_reach_production(clusters: Clusters) -> None:
    staging, production = (clusters.of[name] for name in ENVIRONMENTS)
    for lab in (staging, production):
        lab.core.create_namespace({"metadata": {"name": "staged"}})
    other = promote(clusters, env={"VERSION": "{{ 3 if inventory_hostname == 'prod-1' else 2 }}"})
    assert other.status == 2
    assert "llm_serving[staged].env.VERSION: is 3 here and 2 in staging-1" in other.output
    assert deployed(staging) is None, "nothing is written while the services differ"

    impossible = {"slo": {"enforce": True, "ttft_ms": 1}}
    failed = promote(clusters, env={"VERSION": "2"}, verify=impossible)
    assert failed.status == 2
    assert "SloMissed" in failed.output, failed.output
    assert deployed(staging) is not None
    assert deployed(production) is None
    assert {task["host"] for task in failed.tasks if task["action"].endswith(".services")} == {"staging-1"}


@pytest.mark.req("XC-18", "S2-31")
def test_what_staging_proved_is_promoted_with_the_overrides_of_production(clusters: Clusters) -> None:
    copies = "{{ 2 if inventory_hostname == 'prod-1' else 1 }}"
    done = promote(clusters, env={"VERSION": "2"}, scaling={"min": copies})
    assert done.status == 0, done.output
    (compared,) = done.result("promotion")["results"][0]["services"]
    assert compared["hash"] == compared["proved_hash"]
    proved, promoted = (deployed(clusters.of[name]) for name in ENVIRONMENTS)
    assert proved is not None
    assert promoted is not None
    assert (proved.pop("replicas"), promoted.pop("replicas")) == (1, 2)
    assert proved == promoted
    (answered,) = done.result("smoke_test")["services"]
    assert (answered["ok"], answered["revision"]) == (True, 1)


def test_some_services_can_be_meant_alone(clusters: Clusters) -> None:
    run = play(clusters, "playbooks/deploy.yml", "staging", llm_services=["gpt2"])
    assert [one["name"] for one in run.result("services")["services"]] == ["gpt2"]
    misspelt = play(clusters, "playbooks/deploy.yml", "staging", "--tags", "serving", llm_services=["gtp2"])
    assert misspelt.status == 2
    assert "Did you mean gpt2?" in misspelt.output


def test_a_variable_of_the_wrong_type_is_refused_before_anything_else(clusters: Clusters) -> None:
    refused = play(clusters, "playbooks/remove.yml", "staging", purge_models="perhaps")
    assert refused.status == 2
    assert "purge_models" in refused.output
    both = play(clusters, "playbooks/remove.yml", "staging", purge_models=True, llm_services=["chat"])
    assert both.status == 2
    assert objects(clusters.of["staging"], "InferenceService", "chat")


@pytest.mark.req("S1-12", "S2-51")
def test_removal_takes_the_services_and_leaves_data_and_credentials(clusters: Clusters) -> None:
    lab = clusters.of["staging"]
    removed = play(clusters, "playbooks/remove.yml", "staging")
    assert removed.status == 0, removed.output
    for namespace in SERVICES.values():
        for kind in ("InferenceService", "ServingRuntime", "Deployment"):
            assert objects(lab, kind, namespace) == []
    assert lab.core.read_namespaced_secret("hf", "chat")
    assert lab.core.read_namespaced_persistent_volume_claim("models", "rag").status.phase == "Bound"
    again = play(clusters, "playbooks/remove.yml", "staging")
    assert (again.status, again.changed) == (0, 0), again.output


@pytest.mark.req("S4-45")
def test_a_purge_takes_the_rest_but_nothing_that_is_foreign(clusters: Clusters) -> None:
    lab = clusters.of["staging"]
    lab.core.create_namespaced_config_map("rag", {"metadata": {"name": "theirs"}})
    purged = play(clusters, "playbooks/remove.yml", "staging", purge_models=True)
    assert purged.status == 0, purged.output
    assert lab.core.list_persistent_volume().items == []
    assert "rag" in namespaces(lab)
    assert lab.core.read_namespaced_config_map("theirs", "rag")
    assert not {"chat", "triton-demo-1"} & namespaces(lab)
    assert objects(clusters.of["prod"], "InferenceService", "chat"), "production is another cluster"
