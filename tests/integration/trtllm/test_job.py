# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The conversion as the cluster has it: a real Job, its files, its pod on a GPU node, or none at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client
from ansible_collections.inferops.serving.plugins.module_utils._names import SERVICE_LABEL
from ansible_collections.inferops.serving.plugins.module_utils._objects import store_objects
from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan, plan
from ansible_collections.inferops.serving.plugins.module_utils._rollout import Rollout, roll_out, take_away

from tests.unit._engines.trtllm import IMAGE, files
from tests.unit._plan.inventory import HUB, fleet

Object = dict[str, Any]

pytestmark = [pytest.mark.proof("C")]

PRODUCT_LABEL = "nvidia.com/gpu.product"
CLUSTER = {"gpu_nodes": {"label": "nvidia.com/gpu.present=true"}}
ENTRY = {
    "name": "chat",
    "model": "llama-3-8b",
    "engine": "triton-trtllm",
    "image": IMAGE,
    "version": "0.9.0",
    "topology": {"tensor": 2},
    "labels": {"team": "search"},
    "pull_secrets": ["ngc"],
}


class Services:
    """One service with a volume of its own."""

    def __init__(self, client: Client, namespace: str) -> None:
        self.client, self.namespace = client, namespace
        self.plans: tuple[ServicePlan, ...] = ()
        nodes = client.list("v1", "Node", label_selector=PRODUCT_LABEL)
        self.product = max(str(node["metadata"]["labels"][PRODUCT_LABEL]) for node in nodes)
        store = f"models-{namespace}"
        self.store: Object = {
            "name": store,
            "kind": "nfs",
            "size": "512Gi",
            "mount_path": "/var/run/models",
            "pv": {"nfs": {"server": "nfs.example", "path": "/models"}},
        }

    def plan(self, **given: Any) -> ServicePlan:
        cache = {"store": self.store["name"], "path": "hugging_face"}
        model = {"name": "llama-3-8b", "source": "meta-llama/Meta-Llama-3-8B", "store": "hub"}
        gpu = {"product": self.product}
        entry = {**ENTRY, "namespace": self.namespace, "cache": cache, "gpu": gpu, **given}
        self.fleet = fleet([entry], models=[model], stores=[self.store, HUB], cluster=CLUSTER)
        self.plans = plan(self.fleet)
        return self.plans[0]

    def volumes(self) -> list[Object]:
        return store_objects(self.fleet, self.fleet.stores[self.store["name"]])

    def roll_out(self, **given: Any) -> Any:
        self.plan(**given)
        return roll_out(self.client, self.plans, Rollout(wait_timeout=90)).verdicts[0]

    def all(self, api_version: str, kind: str) -> list[Object]:
        return self.client.list(api_version, kind, namespace=self.namespace)


@pytest.fixture
def services(client: Client, namespace: str) -> Iterator[Services]:
    made = Services(client, namespace)
    made.plan()
    volumes = made.volumes()
    for each in volumes:
        client.apply(each)
    yield made
    take_away(client, made.plans, Rollout(wait_timeout=60))
    for each in reversed(volumes):
        client.delete(each)


@pytest.mark.req("S1-45", "S1-46", "S1-47", "S1-53")
def test_a_conversion_is_a_job_that_ends_before_the_servers_begin(services: Services) -> None:
    verdict = services.roll_out()
    assert verdict.ready, verdict.diagnosis
    (job,) = services.all("batch/v1", "Job")
    assert job["metadata"]["labels"]["team"] == "search"
    assert job["metadata"]["labels"][SERVICE_LABEL] == "chat"
    spec = job["spec"]
    assert spec["template"]["spec"]["restartPolicy"] == "Never"
    assert {
        "action": "FailJob",
        "onExitCodes": {"containerName": "converter", "operator": "In", "values": [64]},
    } in spec["podFailurePolicy"]["rules"]
    (pod,) = (
        each
        for each in services.all("v1", "Pod")
        if each["metadata"]["labels"].get("app") == "chat-converter"
    )
    assert SERVICE_LABEL not in pod["metadata"]["labels"], "no Service and no leader takes it for a server"
    assert pod["metadata"]["labels"]["sidecar.istio.io/inject"] == "false"
    assert pod["status"]["phase"] == "Succeeded"
    node = services.client.get("v1", "Node", pod["spec"]["nodeName"])
    assert node is not None
    assert node["metadata"]["labels"][PRODUCT_LABEL] == services.product

    (container,) = pod["spec"]["containers"]
    amounts = {"cpu": "6", "memory": "64Gi", "ephemeral-storage": "32Gi", "nvidia.com/gpu": "2"}
    assert container["resources"] == {"requests": amounts, "limits": amounts}
    assert pod["spec"]["imagePullSecrets"] == [{"name": "ngc"}]
    variables = {each["name"]: each.get("value") for each in container["env"]}
    assert variables["HF_HOME"] == "/var/run/models/hugging_face"
    assert variables["ENGINE_DEST_PATH"].startswith(
        f"/var/run/models/llama-3-8b/{services.product}/float16/1x2/"
    )
    assert "HF_TOKEN" not in variables
    mounts = {each["mountPath"]: each for each in container["volumeMounts"]}
    assert "readOnly" not in mounts["/var/run/models"]
    assert mounts["/var/run/secrets/hugging_face"]["readOnly"] is True
    volumes = {each["name"]: each for each in pod["spec"]["volumes"]}
    claim = volumes[mounts["/var/run/models"]["name"]]["persistentVolumeClaim"]["claimName"]
    assert (
        services.client.get("v1", "PersistentVolumeClaim", claim, services.namespace)["status"]["phase"]
        == "Bound"
    )
    assert volumes[mounts["/var/run/secrets/hugging_face"]["name"]]["secret"]["secretName"] == "token"

    (deployment,) = services.all("apps/v1", "Deployment")
    assert job["status"]["completionTime"] <= deployment["metadata"]["creationTimestamp"]
    server = deployment["spec"]["template"]["spec"]
    main = server["containers"][0]
    assert main["command"] == ["python3", "/opt/inferops/serve.py"]
    seen = next(each for each in main["volumeMounts"] if each["mountPath"] == "/opt/inferops")
    name = next(each for each in server["volumes"] if each["name"] == seen["name"])["configMap"]["name"]
    script = services.client.get("v1", "ConfigMap", name, services.namespace)
    assert script is not None
    assert script["data"]["serve.py"] == files(services.plans[0])["serve.py"]
    models = next(each for each in main["volumeMounts"] if each["mountPath"] == "/var/run/models")
    assert models["readOnly"] is True

    assert services.roll_out().changed is False
    assert not services.roll_out(conversion={"enabled": False}).diagnosis
    assert services.all("batch/v1", "Job") == []
