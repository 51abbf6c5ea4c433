# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Monitors, rules, dashboards and autoscalers of services, on a real API server with the real definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read
from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan
from ansible_collections.inferops.serving.plugins.module_utils._preflight import preflight
from ansible_collections.inferops.serving.plugins.module_utils._rollout import Rollout, roll_out
from ansible_collections.inferops.serving.plugins.module_utils._rollout.rollout import Result

from tests.integration.conftest import Lab
from tests.support.lab import OwnLab, eventually

pytestmark = [pytest.mark.proof("C")]

EVERYTHING = {"podmonitor": True, "rules": True, "dashboard": True, "labels": {"release": "prometheus"}}
QUERY = "sum(gateway_requests_waiting)"
SERVICES: tuple[dict[str, Any], ...] = (
    {
        "name": "queue-time",
        "engine": "triton-vllm",
        "monitoring": EVERYTHING,
        "scaling": {"min": 1, "max": 2, "metric": "queue_time", "target": 1_000_000},
    },
    {
        "name": "queue-ratio",
        "engine": "triton-vllm",
        "monitoring": {"podmonitor": True},
        "scaling": {
            "min": 1,
            "max": 4,
            "metric": "queue_ratio",
            "behavior": {"scaleDown": {"stabilizationWindowSeconds": 120}},
        },
    },
    {
        "name": "by-query",
        "engine": "vllm",
        "monitoring": {"podmonitor": True, "rules": True},
        "scaling": {"min": 0, "max": 3, "metric": "external", "query": QUERY, "target": 4},
    },
    {
        "name": "hosted",
        "engine": "vllm",
        "platform": "kserve",
        "monitoring": EVERYTHING,
        "scaling": {"min": 1, "max": 10, "metric": "rps", "target": 4},
    },
)


def planned(namespace: str, *services: dict[str, Any]) -> tuple[ServicePlan, ...]:
    inventory = read(
        {
            "llm_cluster": {"components": {"prometheus": {"url": "http://prometheus.monitoring:9090"}}},
            "llm_models": [{"name": "tiny", "source": "facebook/opt-125m"}],
            "llm_serving": [{"namespace": namespace, "model": "tiny", **one} for one in services],
        }
    )
    assert not inventory.errors
    return inventory.plans


def serve(client: Client, namespace: str, *services: dict[str, Any]) -> Result:
    """Rolled out for real; nobody waits for pods."""
    return roll_out(client, planned(namespace, *services), Rollout(wait=False))


@pytest.fixture(scope="module")
def client(lab: Lab) -> Client:
    return connect({"kubeconfig": str(lab.kubeconfig)})


@pytest.fixture(scope="module")
def namespace(lab: Lab, client: Client) -> Iterator[str]:
    """With every service in it; their pods give the GPUs back in the end."""
    name = lab.namespace("monitoring")
    result = serve(client, name, *SERVICES)
    assert [str(one) for verdict in result.verdicts for one in verdict.diagnosis] == []
    assert not result.notices
    yield name
    lab.core.delete_namespace(name)


@pytest.mark.req("S1-32", "S1-33", "S1-35", "S2-20")
def test_the_real_definitions_take_what_we_write(client: Client, namespace: str) -> None:
    """Strictly validated, and a second time nothing changes."""

    def names(kind: str, api_version: str = "monitoring.coreos.com/v1") -> set[str]:
        return {one["metadata"]["name"] for one in client.list(api_version, kind, namespace=namespace)}

    assert names("PodMonitor") == {"queue-time", "queue-ratio", "by-query", "hosted"}
    assert names("PrometheusRule") == {"queue-time-metrics", "by-query-metrics", "hosted-metrics"}
    assert {"queue-time-dashboard", "hosted-dashboard"} <= names("ConfigMap", "v1")
    assert not serve(client, namespace, *SERVICES).changed


@pytest.mark.req("S1-33")
def test_a_monitor_selects_the_pods_that_serve(client: Client, namespace: str) -> None:
    for name in ("queue-time", "hosted"):
        monitor = client.get("monitoring.coreos.com/v1", "PodMonitor", name, namespace=namespace)
        assert monitor["metadata"]["labels"]["release"] == "prometheus"
        selector = monitor["spec"]["selector"]["matchLabels"]
        labels = ",".join(f"{key}={value}" for key, value in selector.items())
        (endpoint,) = monitor["spec"]["podMetricsEndpoints"]

        def ports(labels: str = labels) -> list[str]:
            pods = client.list("v1", "Pod", namespace=namespace, label_selector=labels)
            containers = [container for pod in pods for container in pod["spec"]["containers"]]
            return [port["name"] for container in containers for port in container.get("ports", ())]

        eventually(lambda port=endpoint["port"], found=ports: port in found())


@pytest.mark.req("S1-90", "S4-33")
@pytest.mark.parametrize(
    ("name", "metric", "target"),
    [("queue-time", "avg_time_queue_us", "1M"), ("queue-ratio", "triton:queue_compute:ratio", "1")],
)
def test_an_autoscaler_finds_its_target_and_waits_for_traffic(
    client: Client, namespace: str, name: str, metric: str, target: str
) -> None:
    """Its controller reads the scale of the Deployment; that nobody offers the metric yet changes nothing."""

    def read() -> dict[str, Any]:
        return client.get("autoscaling/v2", "HorizontalPodAutoscaler", name, namespace=namespace)

    def able() -> bool:
        conditions = read().get("status", {}).get("conditions", ())
        return any(one["type"] == "AbleToScale" and one["status"] == "True" for one in conditions)

    eventually(able)
    (asked,) = read()["spec"]["metrics"]
    assert asked["pods"]["metric"]["name"] == metric
    assert asked["pods"]["target"] == {"type": "AverageValue", "averageValue": target}
    deployment = client.get("apps/v1", "Deployment", name, namespace=namespace)
    assert deployment["spec"]["replicas"] == 1


@pytest.mark.req("S2-25")
def test_a_query_reaches_keda_on_both_platforms(client: Client, namespace: str) -> None:
    """Written by us for a Deployment, and by KServe's controller for its own."""
    ours = client.get("keda.sh/v1alpha1", "ScaledObject", "by-query", namespace=namespace)
    assert ours["spec"]["triggers"][0]["metadata"]["query"] == QUERY
    assert (ours["spec"]["minReplicaCount"], ours["spec"]["maxReplicaCount"]) == (0, 3)

    def kserves() -> list[dict[str, Any]]:
        found = client.list("keda.sh/v1alpha1", "ScaledObject", namespace=namespace)
        return [one for one in found if one["spec"]["scaleTargetRef"]["name"] == "hosted-predictor"]

    eventually(lambda: bool(kserves()))
    (theirs,) = kserves()
    query = theirs["spec"]["triggers"][0]["metadata"]["query"]
    assert query.startswith("sum(rate(vllm:request_success_total{")


@pytest.mark.req("S1-33")
def test_without_the_definitions_the_service_is_served_and_told_about(
    own_lab: Callable[..., OwnLab],
) -> None:
    bare = own_lab()
    client = connect({"kubeconfig": str(bare.kubeconfig)})
    namespace = bare.namespace("bare")
    result = serve(client, namespace, SERVICES[0])
    assert result.changed
    assert client.get("apps/v1", "Deployment", "queue-time", namespace=namespace)
    assert client.get("v1", "ConfigMap", "queue-time-dashboard", namespace=namespace)
    assert [notice.split()[0] for notice in result.notices] == ["PodMonitor", "PrometheusRule"]
    assert "Install the Prometheus operator." in result.notices[0]
    assert not serve(client, namespace, SERVICES[0]).changed
    unanswered_autoscalers_are_told(client, namespace)


def unanswered_autoscalers_are_told(client: Client, namespace: str) -> None:
    """A server of custom metrics that is registered but not there is told apart from none."""

    def told() -> list[str]:
        found = preflight(client, planned(namespace, SERVICES[0])).problems
        return [problem.message for problem in found if problem.path.endswith("scaling.metric")]

    (missing,) = told()
    assert "custom.metrics.k8s.io is not there" in missing
    spec = {"group": "custom.metrics.k8s.io", "version": "v1beta1", "groupPriorityMinimum": 100}
    spec |= {"versionPriority": 100, "insecureSkipTLSVerify": True}
    registered = {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": "v1beta1.custom.metrics.k8s.io"},
        "spec": {**spec, "service": {"name": "prometheus-adapter", "namespace": namespace}},
    }
    client.request("POST", "/apis/apiregistration.k8s.io/v1/apiservices", body=registered)
    (silent,) = told()
    assert "custom.metrics.k8s.io does not answer" in silent
