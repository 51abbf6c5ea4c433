# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What real clusters lack, told by name before anything is written."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ApiError, Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._preflight import preflight
from ansible_collections.inferops.serving.plugins.module_utils._preflight.rules import version
from ansible_collections.inferops.serving.plugins.module_utils._preflight.standards import violations

from tests.integration.conftest import Lab
from tests.integration.preflight.asking import errors, plans, told
from tests.integration.preflight.conftest import Made
from tests.support.lab import OwnLab, eventually

pytestmark = [pytest.mark.proof("C")]

HAMI = {"gpu_resources": "hami"}
OTTERSCALE = {"gpu_resources": "otterscale"}


@pytest.mark.req("S1-25", "S4-27")
def test_products_and_labels_of_real_nodes(client: Client, namespace: str, island: Made) -> None:
    product = f"LAB-{uuid.uuid4().hex[:6]}"
    there = island(**{"nvidia.com/gpu.product": product})
    misspelt = {"gpu": {"product": f"{product}X"}, "node_selector": {"no": "such"}}
    found = errors(client, plans(namespace, misspelt, cluster=there.cluster))
    assert len(found) == 2
    assert any("no node has no=such" in text for text in found)
    (named,) = [text for text in found if "gpu.product" in text]
    assert f"no node has nvidia.com/gpu.product={product}X" in named
    assert f"{product} (1 node)" in named
    fitting = {"gpu": {"product": product}}
    assert errors(client, plans(namespace, fitting, cluster=there.cluster)) == []


@pytest.mark.req("S1-77", "S2-26", "S3-14")
def test_room_on_real_nodes_less_what_pods_hold(client: Client, namespace: str, island: Made) -> None:
    there = island(gpus=4)
    assert errors(client, plans(namespace, {"topology": {"tensor": 4}}, cluster=there.cluster)) == []
    (found,) = errors(client, plans(namespace, {"topology": {"tensor": 8}}, cluster=there.cluster))
    assert "V-24 llm_serving[a]" in found
    assert f"the largest node has 4 free (node {there.name})" in found
    pods = f"/api/v1/namespaces/{namespace}/pods"
    client.request("POST", pods, body=_holder(there.selector, gpus=3))
    eventually(lambda: _is_bound(client, namespace))
    (found,) = errors(client, plans(namespace, {"topology": {"tensor": 4}}, cluster=there.cluster))
    assert "has 1 of 4 free" in found
    (found,) = errors(client, plans(namespace, {"scaling": {"min": 5}}, cluster=there.cluster))
    assert "5 pods of Deployment a need 5 nvidia.com/gpu, and 1 of them fit" in found
    scaled = {"scaling": {"min": 1, "max": 9, "metric": "cpu"}}
    (warned,) = [
        problem
        for problem in told(client, plans(namespace, scaled, cluster=there.cluster))
        if problem.code == "V-09"
    ]
    assert warned.severity == "warning"
    (found,) = errors(client, plans(namespace, {**scaled, "strict_capacity": True}, cluster=there.cluster))
    assert "9 copies need 9 GPUs (nvidia.com/gpu), the nodes that they may use have 4" in found


def _holder(selector: dict[str, str], *, gpus: int) -> dict[str, Any]:
    resources = {"limits": {"nvidia.com/gpu": str(gpus)}}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "holder"},
        "spec": {
            "nodeSelector": selector,
            "tolerations": [{"operator": "Exists"}],
            "containers": [{"name": "main", "image": "app:1", "resources": resources}],
        },
    }


def _is_bound(client: Client, namespace: str) -> bool:
    pod = client.get("v1", "Pod", "holder", namespace) or {}
    return bool(pod.get("spec", {}).get("nodeName"))


@pytest.mark.req("S3-01")
def test_a_cache_device_must_be_advertised(client: Client, namespace: str, island: Made) -> None:
    there = island()
    entry = {
        "engine": "aidaptiv",
        "image": "registry.example/aidaptiv:vNXUN_3_03_AA",
        "gpu": {"mode": "resource"},
        "kv_offload": {"ssd_gb": 500, "device_count": 1},
    }
    before = errors(client, plans(namespace, entry, cluster=there.cluster))
    if not any(_advertises(node, "phison.com/ai100") for node in client.list("v1", "Node")):
        assert any("no node advertises phison.com/ai100" in text for text in before)
    assert before
    there.offer(**{"phison.com/ai100": "1"})
    assert [
        text
        for text in errors(client, plans(namespace, entry, cluster=there.cluster))
        if "phison.com" in text
    ] == []


def _advertises(node: dict[str, Any], resource: str) -> bool:
    return resource in (node["status"].get("allocatable") or {})


@pytest.mark.req("S3-09", "S3-10")
def test_schedulers_and_names_of_shares(client: Client, namespace: str, island: Made) -> None:
    """The names of both presets are taken by the API server; without HAMi's scheduler they are refused."""
    there = island()
    there.offer(**{"otterscale.com/vgpu": "8"})
    entry = {"gpu": {"mode": "vgpu", "memory_percent": 50}}
    for cluster, names in (
        (HAMI, {"nvidia.com/gpu", "nvidia.com/gpumem-percentage"}),
        (OTTERSCALE, {"otterscale.com/vgpu", "otterscale.com/vgpumem-percentage"}),
    ):
        asked = plans(namespace, entry, cluster={**cluster, **there.cluster})
        (deployment,) = [obj for obj in asked[0].platform.objects(asked[0]) if obj["kind"] == "Deployment"]
        taken = client.apply(deployment, dry_run=True)
        (container,) = taken["spec"]["template"]["spec"]["containers"]
        assert names <= set(container["resources"]["limits"])
        assert any(
            "no Deployment in the cluster runs scheduler hami-scheduler" in text
            for text in errors(client, asked)
        )
    scheduler = _deployment("hami-scheduler", namespace)
    client.apply(scheduler)
    eventually(lambda: errors(client, plans(namespace, entry, cluster={**HAMI, **there.cluster})) == [])
    client.delete(scheduler)


def _deployment(name: str, namespace: str) -> dict[str, Any]:
    labels = {"app": name}
    container = {"name": "main", "image": "app:1"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


@pytest.mark.req("S3-11")
def test_two_device_plugins_on_one_node(client: Client, namespace: str, island: Made) -> None:
    there = island()
    asked = plans(namespace, cluster=there.cluster)
    plugins = [
        _plugin(image, namespace, there.selector)
        for image in ("nvcr.io/nvidia/k8s-device-plugin:v0.20.0", "docker.io/projecthami/hami:v2.10.0")
    ]
    client.apply(plugins[0])
    assert errors(client, asked) == []
    client.apply(plugins[1])
    (found,) = errors(client, asked)
    assert f"both hand out the GPUs of node {there.name}" in found
    client.delete(plugins[0])
    assert errors(client, asked) == []


def _plugin(image: str, namespace: str, selector: dict[str, str]) -> dict[str, Any]:
    made = _deployment(image.rpartition("/")[2].partition(":")[0], namespace)
    made["kind"] = "DaemonSet"
    pod = made["spec"]["template"]["spec"]
    pod.update(nodeSelector=selector, tolerations=[{"operator": "Exists"}])
    pod["containers"][0]["image"] = image
    return made


@pytest.mark.req("S3-05")
def test_a_webhook_that_injects_must_have_somebody_behind_it(client: Client, namespace: str) -> None:
    name = f"inject-{uuid.uuid4().hex[:6]}"
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "hook", "namespace": namespace},
        "spec": {"selector": {"app": "hook"}, "ports": [{"port": 443, "targetPort": 8443}]},
    }
    webhook = {
        "name": "mutate.phison.example",
        "failurePolicy": "Ignore",
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "timeoutSeconds": 1,
        "clientConfig": {"service": {"name": "hook", "namespace": namespace, "path": "/mutate-pod"}},
        "rules": [
            {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
        ],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
    }
    registration = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": name},
        "webhooks": [webhook],
    }
    asked = plans(namespace, {"engine": "simulator"})
    client.apply(service)
    client.apply(registration)
    try:
        (found,) = errors(client, asked)
        assert "webhook mutate.phison.example does not answer" in found
        assert f"Service {namespace}/hook has no ready endpoint" in found
        client.apply(_deployment("hook", namespace))
        eventually(lambda: errors(client, asked) == [])
    finally:
        client.delete(registration)


@pytest.mark.req("S3-42")
def test_a_port_of_the_nodes_that_is_taken(client: Client, namespace: str) -> None:
    taken = client.request(
        "POST",
        f"/api/v1/namespaces/{namespace}/services",
        body={
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "chat"},
            "spec": {"type": "NodePort", "selector": {"app": "x"}, "ports": [{"port": 80}]},
        },
    )["spec"]["ports"][0]["nodePort"]
    entry = {"engine": "simulator", "expose": {"type": "nodeport", "node_port": taken}}
    (found,) = errors(client, plans(namespace, entry))
    assert found.startswith("V-21 llm_serving[a].expose.node_port")
    assert f"{taken} is used by Service {namespace}/chat" in found
    assert [
        each["metadata"]["name"] for each in client.list("apps/v1", "Deployment", namespace=namespace)
    ] == []


@pytest.mark.req("S3-03", "XC-12")
def test_the_servers_own_version_is_compared(
    client: Client, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = plans(namespace, {"engine": "simulator"})
    assert errors(client, asked) == []
    needed = tuple((uses, "99.0", name) for uses, _since, name in version.NEEDED[:1])
    monkeypatch.setattr(version, "NEEDED", needed)
    (found,) = errors(client, asked)
    assert f"which Kubernetes {client.version()} lacks" in found


@pytest.mark.req("S4-20")
def test_pods_that_started_before_injection(client: Client, namespace: str) -> None:
    asked = plans(namespace, {"engine": "simulator"})
    labels = dict(asked[0].pod_selector)
    pod = _holder({}, gpus=0)
    pod["spec"]["containers"][0].pop("resources")
    pod["metadata"]["labels"] = labels
    client.request("POST", f"/api/v1/namespaces/{namespace}/pods", body=pod)
    quiet = [problem for problem in told(client, asked) if "sidecars" in problem.message]
    assert quiet == []
    client.patch(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
        {"metadata": {"labels": {"istio-injection": "enabled"}}},
    )
    (warned,) = [problem for problem in told(client, asked) if "sidecars" in problem.message]
    assert warned.severity == "warning"
    assert "holder started without" in warned.message


@pytest.mark.req("XC-20")
@pytest.mark.parametrize("level", ["baseline", "restricted"])
def test_our_judgement_of_pods_is_the_api_servers(client: Client, namespace: str, level: str) -> None:
    client.patch(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
        {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": level}}},
    )
    fine = {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    changes: list[dict[str, Any]] = [
        {},
        {"hostNetwork": True},
        {"volumes": [{"name": "v", "hostPath": {"path": "/x"}}]},
        {"volumes": [{"name": "v", "nfs": {"server": "s", "path": "/x"}}]},
        {"volumes": [{"name": "v", "emptyDir": {}}]},
        *(
            {"one": {**fine, **change}}
            for change in (
                {"privileged": True, "allowPrivilegeEscalation": True},
                {"capabilities": {"add": ["SYS_ADMIN"], "drop": ["ALL"]}},
                {"capabilities": {"add": ["CHOWN"], "drop": ["ALL"]}},
                {"capabilities": {"drop": ["KILL"]}},
                {"allowPrivilegeEscalation": True},
                {"runAsNonRoot": False},
                {"runAsUser": 0},
                {"seccompProfile": {"type": "Unconfined"}},
            )
        ),
    ]
    for change in changes:
        context = change.get("one", fine)
        spec = {
            "containers": [{"name": "main", "image": "app:1", "securityContext": context}],
            **{key: value for key, value in change.items() if key != "one"},
        }
        assert bool(violations(spec, level)) == _is_refused(client, namespace, spec), change


def _is_refused(client: Client, namespace: str, spec: dict[str, Any]) -> bool:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "tried"}, "spec": spec}
    try:
        client.request("POST", f"/api/v1/namespaces/{namespace}/pods", query={"dryRun": "All"}, body=pod)
    except ApiError as error:
        return "violates PodSecurity" in error.message
    return False


@pytest.mark.req("S2-05", "XC-12")
def test_a_bare_cluster_is_told_what_each_platform_needs(own_lab: Callable[..., OwnLab], lab: Lab) -> None:
    bare = own_lab(nodes=[{"name": "gpu", "gpus": 8, "labels": {"nvidia.com/gpu": "present"}}])
    client = connect({"kubeconfig": str(bare.kubeconfig)})
    entries = [
        {"name": "n", "platform": "llmd"},
        {"name": "k", "platform": "llmd", "llmd": {"provider": "kserve"}},
        {"name": "s", "platform": "kserve"},
    ]
    asked = plans("default", *entries)
    found = [problem for problem in preflight(client, asked).problems if "does not serve" in problem.message]
    named = {
        (problem.path, kind)
        for problem in found
        for kind in ("InferencePool", "LLMInferenceService", "InferenceService", "HTTPRoute")
        if f"serve {kind} of" in problem.message
    }
    assert ("llm_serving[n]", "InferencePool") in named
    assert ("llm_serving[k]", "LLMInferenceService") in named
    assert ("llm_serving[s]", "InferenceService") in named
    full = connect({"kubeconfig": str(lab.kubeconfig)})
    placed = plans(lab.namespace("preflight"), *entries)
    assert [text for text in errors(full, placed) if "does not serve" in text] == []
