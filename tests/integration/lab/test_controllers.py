# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real controllers do their work in the lab."""

from __future__ import annotations

from typing import Any

import pytest
from kubernetes import client
from kubernetes.client.exceptions import ApiException

from tests.integration.conftest import Lab
from tests.support.lab import eventually

pytestmark = [pytest.mark.proof("C")]

ON_GPU = [{"key": "nvidia.com/gpu", "operator": "Exists"}]


@pytest.fixture
def namespace(lab: Lab) -> str:
    return lab.namespace("controllers")


def create(lab: Lab, namespace: str, plural: str, body: dict[str, Any]) -> None:
    group, version = body["apiVersion"].split("/")
    client.CustomObjectsApi(lab.client).create_namespaced_custom_object(
        group, version, namespace, plural, body
    )


def conditions(lab: Lab, namespace: str, plural: str, api_version: str) -> dict[str, str]:
    group, version = api_version.split("/")
    api = client.CustomObjectsApi(lab.client)
    obj = api.get_namespaced_custom_object(group, version, namespace, plural, "it")
    return {each["type"]: each["status"] for each in obj.get("status", {}).get("conditions", ())}


def test_an_inference_service_becomes_ready(lab: Lab, namespace: str) -> None:
    runtime = {
        "apiVersion": "serving.kserve.io/v1alpha1",
        "kind": "ServingRuntime",
        "metadata": {"name": "vllm"},
        "spec": {
            "supportedModelFormats": [{"name": "vLLM"}],
            "containers": [{"name": "kserve-container", "image": "vllm/vllm-openai:v0.33.0"}],
        },
    }
    create(lab, namespace, "servingruntimes", runtime)
    service = {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "it"},
        "spec": {
            "predictor": {
                "model": {"modelFormat": {"name": "vLLM"}, "runtime": "vllm", "storageUri": "s3://models/x"}
            }
        },
    }
    create(lab, namespace, "inferenceservices", service)
    eventually(
        lambda: (
            conditions(lab, namespace, "inferenceservices", "serving.kserve.io/v1beta1").get("Ready")
            == "True"
        )
    )
    (made,) = lab.core.list_namespaced_pod(namespace).items
    assert [each.name for each in made.spec.init_containers] == ["storage-initializer"]


def test_an_llm_inference_service_becomes_ready(lab: Lab, namespace: str) -> None:
    service = {
        "apiVersion": "serving.kserve.io/v1alpha2",
        "kind": "LLMInferenceService",
        "metadata": {"name": "it"},
        "spec": {
            "model": {"uri": "hf://facebook/opt-125m", "name": "opt"},
            "replicas": 1,
            "router": {"gateway": {}, "route": {}, "scheduler": {}},
            "template": {
                "containers": [{"name": "main", "resources": {"limits": {"nvidia.com/gpu": "1"}}}],
                "tolerations": ON_GPU,
            },
        },
    }
    create(lab, namespace, "llminferenceservices", service)
    for version in ("v1alpha2", "v1alpha1"):  # the second through the conversion webhook
        eventually(
            lambda version=version: (
                conditions(  # type: ignore[misc]
                    lab, namespace, "llminferenceservices", f"serving.kserve.io/{version}"
                ).get("Ready")
                == "True"
            )
        )


def test_a_leader_worker_set_becomes_available(lab: Lab, namespace: str) -> None:
    template = {"spec": {"containers": [{"name": "main", "image": "app:1"}]}}
    body = {
        "apiVersion": "leaderworkerset.x-k8s.io/v1",
        "kind": "LeaderWorkerSet",
        "metadata": {"name": "it"},
        "spec": {"replicas": 1, "leaderWorkerTemplate": {"size": 2, "workerTemplate": template}},
    }
    create(lab, namespace, "leaderworkersets", body)
    eventually(
        lambda: (
            conditions(lab, namespace, "leaderworkersets", "leaderworkerset.x-k8s.io/v1").get("Available")
            == "True"
        )
    )
    assert len(lab.core.list_namespaced_pod(namespace).items) == 2


def test_admission_webhooks_refuse_what_is_wrong(lab: Lab, namespace: str) -> None:
    body = {
        "apiVersion": "serving.kserve.io/v1beta1",
        "kind": "InferenceService",
        "metadata": {"name": "it"},
        "spec": {
            "predictor": {
                "minReplicas": 3,
                "maxReplicas": 1,
                "model": {"modelFormat": {"name": "vLLM"}, "storageUri": "s3://models/x"},
            }
        },
    }
    with pytest.raises(ApiException, match="cannot be greater than MaxReplicas"):
        create(lab, namespace, "inferenceservices", body)


def test_a_route_says_what_its_gateway_thinks_of_it(lab: Lab, namespace: str) -> None:
    api_version = "gateway.networking.k8s.io/v1"

    def route(gateway: str, service: str) -> dict[str, Any]:
        parent = {"name": gateway, "namespace": "kserve"}
        rules = [{"backendRefs": [{"name": service, "port": 80}]}]
        return {
            "apiVersion": api_version,
            "kind": "HTTPRoute",
            "metadata": {"name": f"{gateway}-{service}"},
            "spec": {"parentRefs": [parent], "rules": rules},
        }

    def verdict(name: str) -> dict[str, str]:
        api = client.CustomObjectsApi(lab.client)
        group, version = api_version.split("/")
        obj = api.get_namespaced_custom_object(group, version, namespace, "httproutes", name)
        parents = obj.get("status", {}).get("parents", ())
        return {each["type"]: each["reason"] for parent in parents for each in parent["conditions"]}

    spec = {"ports": [{"port": 80}]}
    lab.core.create_namespaced_service(namespace, {"metadata": {"name": "there"}, "spec": spec})
    known = "kserve-ingress-gateway"
    for gateway, service in ((known, "there"), (known, "missing"), ("unknown", "there")):
        create(lab, namespace, "httproutes", route(gateway, service))
    eventually(lambda: verdict(f"{known}-there") == {"Accepted": "Accepted", "ResolvedRefs": "ResolvedRefs"})
    eventually(lambda: verdict(f"{known}-missing").get("ResolvedRefs") == "BackendNotFound")
    eventually(lambda: verdict("unknown-there").get("Accepted") == "NoMatchingParent")
