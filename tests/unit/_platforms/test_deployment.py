# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._quantities import quantity

from tests.unit._plan.inventory import main_container, pod, rendered


@pytest.mark.req("S2-27")
@pytest.mark.parametrize("platform", ["deployment", "kserve"])
def test_pods_with_gpus_are_replaced_without_a_spare_gpu(platform: str) -> None:
    assert strategy(platform=platform) == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1},
    }


@pytest.mark.req("S2-27")
@pytest.mark.parametrize("platform", ["deployment", "kserve"])
def test_all_at_once_where_it_is_asked_for(platform: str) -> None:
    assert strategy(platform=platform, rollout={"strategy": "recreate"}) == {"type": "Recreate"}


def test_pods_without_gpus_keep_serving() -> None:
    assert strategy(engine="simulator")["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


def strategy(**given: Any) -> dict[str, Any]:
    objects = rendered(**given)
    if "Deployment" in objects:
        found: dict[str, Any] = objects["Deployment"]["spec"]["strategy"]
    else:
        found = objects["InferenceService"]["spec"]["predictor"]["deploymentStrategy"]
    return found


def test_a_fixed_number_of_copies_is_said() -> None:
    objects = rendered(scaling={"min": 3})
    assert objects["Deployment"]["spec"]["replicas"] == 3
    assert "HorizontalPodAutoscaler" not in objects


@pytest.mark.parametrize("metric", ["cpu", "memory"])
def test_an_autoscaler_owns_the_number_of_copies(metric: str) -> None:
    objects = rendered(scaling={"min": 1, "max": 4, "metric": metric, "target": 70})
    assert "replicas" not in objects["Deployment"]["spec"]
    spec = objects["HorizontalPodAutoscaler"]["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (1, 4)
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "chat"}
    target = {"type": "Utilization", "averageUtilization": 70}
    assert spec["metrics"] == [{"type": "Resource", "resource": {"name": metric, "target": target}}]


def test_queue_time_is_a_metric_of_the_pods() -> None:
    objects = rendered(scaling={"min": 1, "max": 2, "metric": "queue_time", "target": 1000000})
    assert objects["HorizontalPodAutoscaler"]["spec"]["metrics"] == [
        {
            "type": "Pods",
            "pods": {
                "metric": {"name": "avg_time_queue_us"},
                "target": {"type": "AverageValue", "averageValue": "1000000"},
            },
        }
    ]


@pytest.mark.req("S4-33")
def test_a_quantity_may_be_written_in_thousandths() -> None:
    objects = rendered(scaling={"min": 1, "max": 2, "metric": "queue_time"})
    (metric,) = objects["HorizontalPodAutoscaler"]["spec"]["metrics"]
    asked = quantity(metric["pods"]["target"]["averageValue"])
    assert asked == quantity("1000000000m") == quantity("1M")


@pytest.mark.req("S1-90")
def test_queue_ratio_is_a_metric_of_the_pods_too() -> None:
    scaling = {"min": 1, "max": 4, "metric": "queue_ratio", "behavior": {"scaleDown": {"policies": []}}}
    spec = rendered(engine="triton-vllm", scaling=scaling)["HorizontalPodAutoscaler"]["spec"]
    target = {"type": "AverageValue", "averageValue": "1"}
    assert spec["metrics"] == [
        {"type": "Pods", "pods": {"metric": {"name": "triton:queue_compute:ratio"}, "target": target}}
    ]
    assert spec["behavior"] == {"scaleDown": {"policies": []}}


PROMETHEUS = {"state": "existing", "url": "http://prometheus.monitoring:9090"}


def test_a_query_of_the_users_own_is_asked_by_keda() -> None:
    scaling = {"min": 1, "max": 4, "metric": "external", "query": "sum(queue)", "target": 2.5}
    objects = rendered(cluster={"components": {"prometheus": PROMETHEUS}}, scaling=scaling)
    assert "HorizontalPodAutoscaler" not in objects
    assert "replicas" not in objects["Deployment"]["spec"]
    spec = objects["ScaledObject"]["spec"]
    assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "chat"}
    assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (1, 4)
    (trigger,) = spec["triggers"]
    assert trigger["metadata"] == {
        "serverAddress": "http://prometheus.monitoring:9090",
        "query": "sum(queue)",
        "threshold": "2.5",
    }


@pytest.mark.req("S1-90")
def test_where_there_is_no_adapter_keda_asks_for_the_queue() -> None:
    components = {"prometheus": PROMETHEUS, "adapter": {"state": "absent"}}
    scaling = {"min": 1, "max": 4, "metric": "queue_ratio"}
    spec = rendered(cluster={"components": components}, scaling=scaling)["ScaledObject"]["spec"]
    assert "vllm:request_queue_time_seconds_sum" in spec["triggers"][0]["metadata"]["query"]


def test_a_copy_that_loads_for_long_is_not_taken_away_meanwhile() -> None:
    components = {"prometheus": PROMETHEUS}
    scaling = {"min": 0, "max": 1, "metric": "external", "query": "sum(queue)", "target": 1}
    objects = rendered(cluster={"components": components}, scaling=scaling, verify={"startup_timeout": 900})
    assert objects["ScaledObject"]["spec"]["cooldownPeriod"] == 900


def test_a_stopped_service_keeps_its_objects_and_has_no_pods() -> None:
    running = rendered(scaling={"min": 2, "max": 4, "metric": "cpu", "target": 70})
    stopped = rendered(state="stopped", scaling={"min": 2, "max": 4, "metric": "cpu", "target": 70})
    assert stopped["Deployment"]["spec"]["replicas"] == 0
    assert set(running) - set(stopped) == {"HorizontalPodAutoscaler"}


def test_the_selector_is_the_service_alone() -> None:
    objects = rendered(labels={"team": "search"})
    selector = objects["Deployment"]["spec"]["selector"]["matchLabels"]
    assert selector == {"inferops.serving/service": "chat"}
    labels = objects["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert selector.items() <= labels.items()
    assert labels["team"] == "search"


@pytest.mark.req("XC-20")
@pytest.mark.parametrize("engine", ["vllm", "triton-vllm", "simulator"])
def test_pods_have_no_privilege_at_all(engine: str) -> None:
    spec = pod(rendered(engine=engine, model={"store": "bucket"}))
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert not [volume for volume in spec["volumes"] if "hostPath" in volume]
    assert spec["automountServiceAccountToken"] is False
    for each in [*spec["containers"], *spec.get("initContainers", [])]:
        assert each["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        }


@pytest.mark.req("XC-20")
def test_openshift_chooses_the_user_itself() -> None:
    context = pod(rendered(cluster={"flavor": "openshift"}))["securityContext"]
    assert not {"runAsUser", "fsGroup"} & set(context)


def test_elsewhere_images_made_for_root_run_as_another_user() -> None:
    context = pod(rendered())["securityContext"]
    assert context["runAsUser"] > 0
    assert context["fsGroup"] == context["runAsUser"]


@pytest.mark.req("S1-41")
def test_images_are_pulled_with_the_secrets_of_service_and_cluster() -> None:
    spec = pod(rendered(pull_secrets=["ngc"], cluster={"registry": {"pull_secret": "ngc"}}))
    assert spec["imagePullSecrets"] == [{"name": "ngc"}]


def test_the_pod_carries_the_hash_of_its_spec() -> None:
    objects = rendered(annotations={"note": "x"})
    annotations = objects["Deployment"]["spec"]["template"]["metadata"]["annotations"]
    assert annotations["note"] == "x"
    assert annotations["inferops.serving/spec-hash"]


def test_the_container_has_the_engines_name() -> None:
    assert main_container(rendered())["name"] == "vllm"


@pytest.mark.parametrize("platform", ["deployment", "kserve"])
def test_names_of_services_do_not_become_variables_of_the_engine(platform: str) -> None:
    objects = rendered(platform=platform)
    fields = pod(objects) if "Deployment" in objects else objects["InferenceService"]["spec"]["predictor"]
    assert fields["enableServiceLinks"] is False
