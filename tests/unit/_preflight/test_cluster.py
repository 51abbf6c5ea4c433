# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._preflight.asking import facts, node, services, told

KNATIVE = {
    "platform": "kserve",
    "kserve": {"mode": "Knative"},
    "scaling": {"min": 1, "max": 2, "metric": "concurrency", "target": 16},
}
ON = {f"kubernetes.podspec-{name}": "enabled" for name in ("affinity", "tolerations")}


@pytest.mark.req("S0-21")
def test_feature_flags_that_are_off_are_named_exactly() -> None:
    (problem,) = told(KNATIVE, knative_features={})
    assert "Knative refuses affinity and tolerations of the pods" in problem.message
    assert "kubernetes.podspec-tolerations: enabled" in problem.hint
    assert "kubernetes.podspec-affinity: enabled" in problem.hint
    assert told(KNATIVE, knative_features=ON) == []
    assert told(KNATIVE, knative_features={**ON, "kubernetes.podspec-affinity": "Allowed"}) == []


@pytest.mark.req("S0-21")
def test_a_misspelt_flag_is_off_and_shown() -> None:
    (problem,) = told(KNATIVE, knative_features={**ON, "kubernetes.podspec-tolerations": "enabledd"})
    assert 'kubernetes.podspec-tolerations: "enabledd"' in problem.message
    assert "affinity" not in problem.message


def test_an_empty_directory_is_allowed_until_somebody_forbids_it() -> None:
    flag = "kubernetes.podspec-volumes-emptydir"
    (problem,) = told(KNATIVE, knative_features={**ON, flag: "disabled"})
    assert flag in problem.hint


@pytest.mark.req("S3-03", "XC-12")
def test_an_old_api_server_is_refused() -> None:
    problems = told(version="v1.25.3")
    assert any("strict validation" in problem.message for problem in problems)
    assert all("v1.25.3" in problem.message for problem in problems)
    assert told(version="v1.30.0-eks-1") == []


@pytest.mark.req("S2-05", "XC-12")
def test_a_kind_that_is_not_served_is_named_with_who_brings_it() -> None:
    asked = services({"platform": "kserve"})
    known = facts(asked)
    gone = known.served - {("serving.kserve.io/v1beta1", "InferenceService")}
    (problem,) = told({"platform": "kserve"}, served=gone)
    assert "does not serve InferenceService of serving.kserve.io/v1beta1" in problem.message
    assert "Install KServe" in problem.hint
    other = gone | {("serving.kserve.io/v1beta2", "InferenceService")}
    (problem,) = told({"platform": "kserve"}, served=other)
    assert "serves serving.kserve.io/v1beta2" in problem.hint


def test_what_kserve_makes_must_be_served_too() -> None:
    asked = services(KNATIVE)
    gone = facts(asked).served - {("serving.knative.dev/v1", "Service")}
    (problem,) = told(KNATIVE, knative_features=ON, served=gone)
    assert "KServe makes it in mode Knative" in problem.message


@pytest.mark.req("XC-12")
def test_a_missing_namespace_is_told_unless_the_inventory_makes_it() -> None:
    absent = {"default": None}
    (problem,) = told(namespaces=absent)
    assert "namespace default does not exist" in problem.message
    assert told(namespaces=absent, cluster={"namespaces": [{"name": "default"}]}) == []
    (problem,) = told(namespaces=absent, cluster={"namespaces": [{"name": "default", "create": False}]})
    assert "create: true" in problem.hint


def test_a_namespace_on_its_way_out_is_told() -> None:
    leaving = {"metadata": {"name": "default"}, "status": {"phase": "Terminating"}}
    (problem,) = told(namespaces={"default": leaving})
    assert "is being deleted" in problem.message


def enforcing(level: str) -> dict[str, Any]:
    return {
        "default": {"metadata": {"name": "default", "labels": {"pod-security.kubernetes.io/enforce": level}}}
    }


@pytest.mark.req("XC-20")
@pytest.mark.parametrize("level", ["restricted", "baseline", "privileged"])
def test_our_pods_fit_every_level(level: str) -> None:
    assert told(namespaces=enforcing(level)) == []


@pytest.mark.req("XC-20")
def test_the_container_by_which_kserve_fetches_models_does_not() -> None:
    (problem,) = told({"platform": "kserve"}, namespaces=enforcing("restricted"))
    assert "the container in which KServe fetches the model" in problem.message
    assert told({"platform": "kserve"}, namespaces=enforcing("baseline")) == []


@pytest.mark.req("S3-42")
def test_a_port_of_the_nodes_that_another_service_has() -> None:
    entry = {"expose": {"type": "nodeport", "node_port": 30299}}

    def holding(name: str, namespace: str = "default") -> list[dict[str, Any]]:
        metadata = {"name": name, "namespace": namespace}
        return [{"metadata": metadata, "spec": {"ports": [{"nodePort": 30299, "protocol": "TCP"}]}}]

    (problem,) = told(entry, services=holding("chat", "other"))
    assert problem.code == "V-21"
    assert "30299 is used by Service other/chat" in problem.message
    assert told(entry, services=holding("a")) == []


def deployment(name: str, *, ready: int = 1, args: tuple[str, ...] = ()) -> dict[str, Any]:
    containers = [{"name": "main", "image": "x", "args": list(args)}]
    return {
        "metadata": {"name": name, "namespace": "kube-system"},
        "spec": {"template": {"spec": {"containers": containers}}},
        "status": {"readyReplicas": ready} if ready else {},
    }


@pytest.mark.req("S3-09")
@pytest.mark.parametrize(
    ("there", "fine"),
    [
        ([], False),
        ([deployment("hami-scheduler")], True),
        ([deployment("x", args=("--scheduler-name=hami-scheduler",))], True),
        ([deployment("hami-scheduler", ready=0)], False),
        ([deployment("other")], False),
    ],
)
def test_a_scheduler_must_run(there: list[dict[str, Any]], fine: bool) -> None:
    entry = {"topology": {"placement": {"scheduler": "hami-scheduler"}}}
    problems = told(entry, deployments=there)
    assert (problems == []) is fine
    assert fine or "no Deployment in the cluster runs scheduler hami-scheduler" in problems[0].message


HAMI_WEBHOOK = {"webhooks": [{"name": "vgpu.hami.io", "clientConfig": {"caBundle": "Q0E="}, "rules": []}]}


@pytest.mark.req("S3-09")
def test_shares_of_a_gpu_need_who_divides_it() -> None:
    hami = {"gpu_resources": "hami"}
    default = {"topology": {"placement": {"scheduler": "default-scheduler"}}}
    shared = {**default, "gpu": {"mode": "vgpu", "memory_percent": 50}}
    (problem,) = told(shared, cluster=hami, webhooks=[])
    assert problem.severity == "error"
    assert "nvidia.com/gpumem-percentage is no resource of any node" in problem.message
    assert told(shared, cluster=hami, webhooks=[HAMI_WEBHOOK]) == []
    counted = [node(**{"nvidia.com/gpumem-percentage": "800"})]
    assert told(shared, cluster=hami, webhooks=[], nodes=counted) == []
    (problem,) = told({**default, "gpu": {"mode": "vgpu"}}, cluster=hami, webhooks=[])
    assert problem.severity == "warning"


def plugin(name: str, image: str, selector: dict[str, str] | None = None) -> dict[str, Any]:
    pod = {
        "containers": [{"name": "main", "image": image}],
        "tolerations": [{"operator": "Exists"}],
        "nodeSelector": selector or {},
    }
    return {"metadata": {"name": name, "namespace": "kube-system"}, "spec": {"template": {"spec": pod}}}


@pytest.mark.req("S3-11")
def test_two_device_plugins_on_one_node() -> None:
    nvidia = plugin("nvidia", "nvcr.io/nvidia/k8s-device-plugin:v0.20.0")
    hami = plugin("hami-device-plugin", "docker.io/projecthami/hami:v2.10.0")
    (problem,) = told(daemonsets=[nvidia, hami])
    assert "kube-system/nvidia and kube-system/hami-device-plugin both hand out the GPUs" in problem.message
    elsewhere = plugin("hami-device-plugin", "projecthami/hami@sha256:0", {"gpu": "on"})
    assert told(daemonsets=[nvidia, elsewhere]) == []


def webhook(policy: str, *, operation: str = "CREATE", **selectors: Any) -> dict[str, Any]:
    return {
        "webhooks": [
            {
                "name": "mutate.phison.com",
                "failurePolicy": policy,
                "clientConfig": {"service": {"namespace": "op", "name": "hook"}},
                "rules": [{"apiGroups": [""], "operations": [operation], "resources": ["pods"]}],
                **selectors,
            }
        ]
    }


@pytest.mark.req("S3-05")
def test_a_webhook_without_anybody_behind_it_is_waited_for() -> None:
    (problem,) = told(webhooks=[webhook("Ignore")], endpoints={("op", "hook"): 0})
    assert "mutate.phison.com does not answer" in problem.message
    assert "made without what it adds" in problem.message
    (problem,) = told(webhooks=[webhook("Fail")], endpoints={("op", "hook"): 0})
    assert "would refuse objects" in problem.message
    assert told(webhooks=[webhook("Ignore")], endpoints={("op", "hook"): 1}) == []


OTHERS = {"matchLabels": {"team": "others"}}
NOT_IGNORED = {"matchExpressions": [{"key": "hami.io/webhook", "operator": "NotIn", "values": ["ignore"]}]}
HOME = {"matchLabels": {"kubernetes.io/metadata.name": "default"}}
OURS = {"matchLabels": {"inferops.serving/service": "a"}}


@pytest.mark.req("S3-05")
@pytest.mark.parametrize(
    ("about", "ours"),
    [
        ({"namespaceSelector": NOT_IGNORED}, True),
        ({"namespaceSelector": HOME, "objectSelector": NOT_IGNORED}, True),
        ({"objectSelector": OURS}, True),
        ({"namespaceSelector": OTHERS}, False),
        ({"objectSelector": OTHERS}, False),
        ({"operation": "DELETE"}, False),
        ({"matchConditions": [{"name": "some", "expression": "object.spec.hostNetwork"}]}, False),
    ],
)
def test_only_webhooks_that_our_pods_go_through_are_waited_for(about: dict[str, Any], ours: bool) -> None:
    namespaces = {"default": {"metadata": {"name": "default", "labels": {"team": "us"}}}}
    found = told(webhooks=[webhook("Ignore", **about)], endpoints={("op", "hook"): 0}, namespaces=namespaces)
    assert bool(found) is ours


@pytest.mark.req("S3-05")
def test_pods_that_kserve_makes_go_through_its_webhook() -> None:
    chosen = {"matchExpressions": [{"key": "serving.kserve.io/inferenceservice", "operator": "Exists"}]}
    silent = {"webhooks": [webhook("Fail", objectSelector=chosen)], "endpoints": {("op", "hook"): 0}}
    assert told({"platform": "kserve"}, **silent)
    assert told(**silent) == []


@pytest.mark.req("S0-19")
@pytest.mark.parametrize(
    ("has", "word"), [("Knative", "cannot change to Standard"), ("RawDeployment", "which this KServe calls")]
)
def test_the_mode_of_a_service_stays(has: str, word: str) -> None:
    live = {("default", "a"): {"status": {"deploymentMode": has}}}
    (problem,) = told({"platform": "kserve"}, inference_services=live)
    assert word in problem.message
    assert told({"platform": "kserve", "recreate": True}, inference_services=live) == []


@pytest.mark.req("S2-45")
def test_a_runtime_that_is_named_must_be_there_and_enabled() -> None:
    entry = {"platform": "kserve", "kserve": {"runtime": "existing:mine"}}
    (problem,) = told(entry, runtimes={("default", "mine"): None})
    assert "there is no ServingRuntime mine" in problem.message
    formats = [{"name": "onnx"}]
    there = {"kind": "ServingRuntime", "spec": {"disabled": True, "supportedModelFormats": formats}}
    problems = told(entry, runtimes={("default", "mine"): there})
    assert [problem.message for problem in problems] == [
        "ServingRuntime mine is disabled.",
        "ServingRuntime mine serves onnx, not vLLM.",
    ]


@pytest.mark.req("S2-29")
def test_a_canary_of_knative_needs_something_beside_it() -> None:
    entry = {
        **KNATIVE,
        "rollout": {"canary": {"weight": 20, "overrides": {"image": "vllm/vllm-openai:v0.32.0"}}},
    }
    (problem,) = told(entry, knative_features=ON)
    assert problem.path == "llm_serving[a].rollout.canary"
    rolled = {"components": {"predictor": {"latestRolledoutRevision": "a-predictor-00001"}}}
    live = {("default", "a"): {"status": {"deploymentMode": "Knative", **rolled}}}
    assert told(entry, knative_features=ON, inference_services=live, nodes=[node("x"), node("y")]) == []


@pytest.mark.req("S4-20")
def test_pods_older_than_injection_are_named() -> None:
    labels = {"istio-injection": "enabled"}
    namespaces = {"default": {"metadata": {"name": "default", "labels": labels}}}
    pod: dict[str, Any] = {
        "metadata": {"name": "a-1", "namespace": "default", "labels": {"inferops.serving/service": "a"}},
        "spec": {"nodeName": "gpu-0", "containers": [{"name": "vllm"}]},
    }
    (problem,) = told(namespaces=namespaces, pods=[pod])
    assert problem.severity == "warning"
    assert "a-1 started without" in problem.message
    pod["spec"]["containers"].append({"name": "istio-proxy"})
    assert told(namespaces=namespaces, pods=[pod]) == []


@pytest.mark.req("XC-12")
def test_missing_rights_are_named_verb_by_verb() -> None:
    lacking = ["create deployments.apps in namespace default", "list pods in namespace default"]
    problems = told(missing_rights=lacking)
    assert [problem.message for problem in problems] == [f"the account may not {right}." for right in lacking]


def test_what_may_not_be_read_is_a_warning() -> None:
    (problem,) = told(nodes=None, pods=None, unread=["list nodes"])
    assert problem.severity == "warning"
    assert "list nodes" in problem.message


@pytest.mark.parametrize(
    ("metric", "group", "hint"),
    [
        ("queue_time", "custom.metrics.k8s.io", "inferops.serving.adapter_rules"),
        ("cpu", "metrics.k8s.io", "metrics server"),
    ],
)
def test_an_autoscaler_that_nobody_answers_is_told(metric: str, group: str, hint: str) -> None:
    scaled = {"scaling": {"min": 1, "max": 2, "metric": metric, "target": 80}}
    (missing,) = told(scaled, aggregated={})
    assert missing.severity == "warning"
    assert f"{group} is not there" in missing.message
    assert hint in missing.hint
    (silent,) = told(scaled, aggregated={group: False})
    assert f"{group} does not answer" in silent.message
    assert told(scaled, aggregated={group: True}) == []
    assert told(scaled, aggregated=None) == [], "nobody may read it"
