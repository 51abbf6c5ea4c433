# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What scheduler and controllers make of aiDAPTIVCache's server on nodes with simulated cache devices."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client
from ansible_collections.inferops.serving.plugins.module_utils._fleet import Problem
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read
from ansible_collections.inferops.serving.plugins.module_utils._preflight import preflight
from ansible_collections.inferops.serving.plugins.module_utils._rollout import Look, look

from tests.integration.aidaptiv.conftest import MakeNode, Vendor
from tests.integration.conftest import Lab
from tests.integration.render.conftest import GPU_NODES, World, until
from tests.support.playbook import run_tasks
from tests.unit._plan.inventory import planned

pytestmark = [pytest.mark.proof("C")]

Object = dict[str, Any]


def problems(world: World, vendor: Vendor, product: str | None = None, **given: Any) -> list[Problem]:
    """What the cluster lacks for a service."""
    cluster = {**GPU_NODES, **given.pop("cluster", {})}
    entry = vendor.entry(product, **given)
    return list(
        preflight(world.client, [planned(namespace=world.namespace, cluster=cluster, **entry)]).problems
    )


def refusals(found: list[Problem], word: str) -> list[Problem]:
    return [each for each in found if each.severity == "error" and word in each.message]


def unschedulable(world: World) -> str | None:
    """What the scheduler says of a pod for which it found no node."""
    said = [
        condition["message"]
        for pod in world.pods()
        for condition in pod["status"].get("conditions", [])
        if condition["type"] == "PodScheduled" and condition.get("reason") == "Unschedulable"
    ]
    return said[0] if said else None


@pytest.mark.req("S3-01")
def test_cache_devices_must_be_there_before(world: World, vendor: Vendor, make_node: MakeNode) -> None:
    product = make_node(gpu=1)
    assert refusals(problems(world, vendor, product), "phison.com/ai100")
    make_node(product, gpu=1, ai100=1)
    assert not refusals(problems(world, vendor, product), "phison.com/ai100")


@pytest.mark.req("S3-14")
@pytest.mark.proof("A")
def test_more_copies_than_devices_are_told(world: World, vendor: Vendor, make_node: MakeNode) -> None:
    product = make_node(gpu=8, ai100=2)
    assert not refusals(problems(world, vendor, product, scaling={"min": 2}), "")
    (problem,) = [
        each for each in problems(world, vendor, product, scaling={"min": 3}) if "ai100" in each.message
    ]
    assert "3 pods" in problem.message


@pytest.mark.req("S3-09")
def test_shares_of_memory_wait_for_ever_without_their_scheduler(
    world: World, vendor: Vendor, make_node: MakeNode
) -> None:
    product = make_node(vgpu=10, ai100=1)
    given: dict[str, Any] = {
        "cluster": {"gpu_resources": "otterscale"},
        "gpu": {"mode": "vgpu", "memory_percent": 80},
    }
    assert refusals(problems(world, vendor, product, **given), "no Deployment in the cluster runs scheduler")
    without = {**given, "topology": {"placement": {"scheduler": ""}}}
    assert refusals(problems(world, vendor, product, **without), "otterscale.com/vgpumem-percentage")
    vendor.serve(product, **without)
    assert "Insufficient otterscale.com/vgpumem-percentage" in until(
        lambda: unschedulable(world), "a pod without a node"
    )


@pytest.mark.req("S3-40", "S3-38", "S3-15")
def test_a_single_copy_starts_slowly_on_tainted_nodes_and_gives_its_device_to_its_successor(
    world: World, vendor: Vendor, make_node: MakeNode
) -> None:
    product = make_node(gpu=1, ai100=1)
    slow: dict[str, Any] = {
        "annotations": {"sim.lab/ready-after": "4s"},
        "verify": {"startup_timeout": 3600},
    }
    stored = vendor.serve(product, **slow)["Deployment"]
    (pod,) = world.running(1)
    assert pod["spec"]["nodeName"].startswith(product.lower())
    assert not world.get("apps/v1", "Deployment", "chat")["status"].get("readyReplicas")
    (container,) = pod["spec"]["containers"]
    probes = [container[f"{each}Probe"] for each in ("startup", "readiness", "liveness")]
    assert {each["httpGet"]["path"] for each in probes} == {"/health"}
    assert probes[0]["failureThreshold"] * probes[0]["periodSeconds"] == 3600
    assert stored["spec"]["progressDeadlineSeconds"] > 3600
    until(lambda: ready(world), "the slow pod")

    changed = vendor.serve(product, image="registry.example/aidaptiv:next")["Deployment"]
    assert changed["spec"]["strategy"]["type"] == "Recreate"

    def replaced() -> bool | None:
        images = {each["spec"]["containers"][0]["image"] for each in world.pods()}
        return (images == {"registry.example/aidaptiv:next"} and ready(world)) or None

    assert until(replaced, "the new pod on the device of the old")


def ready(world: World) -> bool | None:
    deployment = world.get("apps/v1", "Deployment", "chat")
    settled = deployment["status"].get("observedGeneration") == deployment["metadata"]["generation"]
    return (settled and deployment["status"].get("readyReplicas") == 1) or None


@pytest.mark.req("S3-18")
@pytest.mark.parametrize("delivery", ["mount", "copy"])
def test_a_pod_is_admitted_whichever_way_the_model_comes(
    world: World, vendor: Vendor, make_node: MakeNode, delivery: str
) -> None:
    vendor.serve(make_node(gpu=1, ai100=1), delivery=delivery, model={"raw_size": "15Gi"})
    (pod,) = world.running(1)
    copiers = [each["name"] for each in pod["spec"].get("initContainers", [])]
    assert copiers == (["copy-model"] if delivery == "copy" else [])


@pytest.mark.req("S3-52", "S3-53")
def test_a_service_tells_its_state_and_removed_gives_its_devices_back(
    lab: Lab, client: Client, world: World, make_node: MakeNode
) -> None:
    product = make_node(gpu=2, vgpu=2, ai100=1)
    variables: dict[str, Any] = {
        "llm_cluster": {**GPU_NODES, "gpu_resources": {"preset": "nvidia", "count": "otterscale.com/vgpu"}},
        "llm_stores": [{"name": "models", "kind": "pvc"}],
        "llm_models": [{"name": "llama", "source": "llama/8b", "store": "models"}],
        "llm_serving": [
            {
                "name": name,
                "namespace": world.namespace,
                "model": "llama",
                "engine": "aidaptiv",
                "image": "registry.example/aidaptiv:1",
                "presets": ["size-medium"],
                "gpu": {"product": product, "mode": "vgpu"},
                "topology": {"placement": {"scheduler": ""}},
                "expose": {"type": "nodeport"},
                "verify": {"smoke": False},
            }
            for name in ("first", "second")
        ],
    }

    def services(state: dict[str, str], **options: Any) -> dict[str, Any]:
        entries = [{**each, "state": state[each["name"]]} for each in variables["llm_serving"]]
        given = {**variables, "llm_serving": entries}
        task = {"inferops.serving.services": {**{name: f"{{{{ {name} }}}}" for name in given}, **options}}
        run = run_tasks([task], kubeconfig=lab.kubeconfig, variables=given)
        assert run.status == 0, run.output
        return {each["name"]: each for each in run.result("services")["services"]}

    first = services({"first": "present", "second": "absent"}, wait_timeout=60)["first"]
    assert first["ready"]
    assert first["address"]
    (pod,) = world.running(1, "inferops.serving/service=first")
    assert pod["spec"]["containers"][0]["resources"]["limits"]["phison.com/ai100"] == "1"
    found = told(client, variables)
    assert (found.state, found.ready) == ("present", True)
    sources = {each["key"]: each["source"] for each in found.provenance}
    assert sources["kv_offload.ssd_gb"] == "preset:size-medium"

    services({"first": "absent", "second": "absent"}, wait_timeout=60)
    assert told(client, variables).state == "absent"
    second = services({"first": "absent", "second": "present"}, wait_timeout=60)["second"]
    assert second["ready"], "device and share of the first are free again"


def told(client: Client, variables: dict[str, Any]) -> Look:
    """What is to be seen of the first service."""
    return look(client, read(variables).plans[:1])[0]
