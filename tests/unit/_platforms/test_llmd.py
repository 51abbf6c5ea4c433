# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects

from tests.unit._plan.inventory import planned, variables

Object = dict[str, Any]
Found = dict[tuple[str, str], Object]

MEASURED = {"components": {"prometheus": {"url": "http://prometheus:9090"}}}
QUEUE = {"min": 1, "max": 4, "metric": "queue_time", "target": 500000}
EXPERTS = {"tensor": 1, "data": 16, "expert": True, "pods": "per-node", "gpus_per_node": 8}


def made(**given: Any) -> Found:
    """The objects of a service on llm-d, by kind and name."""
    objects = service_objects(planned(platform="llmd", **given))
    return {(each["kind"], each["metadata"]["name"]): each for each in objects}


def template(workload: Object) -> Object:
    found: Object = workload["spec"]["template"]
    return found


def engine(workload: Object) -> Object:
    found: Object = template(workload)["spec"]["containers"][0]
    return found


def argument(container: Object, name: str) -> str | None:
    return next((each.partition("=")[2] for each in container["args"] if each.startswith(f"--{name}=")), None)


def selects(selector: dict[str, str], pod: Object) -> bool:
    return selector.items() <= pod["metadata"]["labels"].items()


@pytest.mark.req("S2-35", "S2-36")
def test_the_pool_finds_the_pods_and_the_port_that_takes_requests() -> None:
    objects = made(prefill={"replicas": 2})
    pool = objects["InferencePool", "chat"]["spec"]
    for name in ("chat", "chat-prefill"):
        pod = template(objects["Deployment", name])
        assert selects(pool["selector"]["matchLabels"], pod)
        assert selects(objects["Deployment", name]["spec"]["selector"]["matchLabels"], pod)
        containers = [*pod["spec"]["containers"], *pod["spec"].get("initContainers", [])]
        ports = {port["containerPort"]: port["name"] for each in containers for port in each.get("ports", [])}
        assert ports[pool["targetPorts"][0]["number"]] == "http"
    assert not selects(pool["selector"]["matchLabels"], template(objects["Deployment", "chat-epp"]))


@pytest.mark.req("S2-35")
def test_the_pool_finds_its_picker_and_the_picker_its_pool() -> None:
    objects = made()
    reference = objects["InferencePool", "chat"]["spec"]["endpointPickerRef"]
    service = objects["Service", reference["name"]]
    assert reference["port"]["number"] in [port["port"] for port in service["spec"]["ports"]]
    picker = objects["Deployment", "chat-epp"]
    assert selects(service["spec"]["selector"], template(picker))
    arguments = engine(picker)
    assert argument(arguments, "pool-name") == "chat"
    assert argument(arguments, "pool-namespace") == "default"
    assert argument(arguments, "grpc-port") == str(reference["port"]["number"])
    names = {port["name"]: port["containerPort"] for port in arguments["ports"]}
    for port in service["spec"]["ports"]:
        assert names[port["targetPort"]] == port["port"]
    (mount,) = arguments["volumeMounts"]
    (file,) = objects["ConfigMap", "chat-epp"]["data"]
    assert argument(arguments, "config-file") == f"{mount['mountPath']}/{file}"


@pytest.mark.req("S2-35")
def test_the_picker_may_read_what_it_chooses_by() -> None:
    objects = made(router={"scheduler_replicas": 2})
    pod = template(objects["Deployment", "chat-epp"])["spec"]
    (subject,) = objects["RoleBinding", "chat-epp"]["subjects"]
    assert pod["serviceAccountName"] == subject["name"]
    readable = {name for rule in objects["Role", "chat-epp"]["rules"] for name in rule["resources"]}
    assert readable >= {"pods", "inferencepools", "inferenceobjectives", "inferencemodelrewrites", "leases"}
    assert "--ha-enable-leader-election" in pod["containers"][0]["args"]
    alone = made()
    assert "leases" not in str(alone["Role", "chat-epp"])
    assert "--ha-enable-leader-election" not in engine(alone["Deployment", "chat-epp"])["args"]


@pytest.mark.req("S2-36", "S3-43")
@pytest.mark.parametrize("kind", ["vllm", "simulator"])
def test_a_proxy_stands_in_front_of_the_engine_that_writes_answers(kind: str) -> None:
    objects = made(engine=kind, prefill={"replicas": 1})
    decode = template(objects["Deployment", "chat"])["spec"]
    proxy, main = decode["initContainers"][-1], decode["containers"][0]
    assert proxy["restartPolicy"] == "Always"
    assert proxy["ports"][0]["containerPort"] == 8000
    assert argument(main, "port") == "8200" == str(main["ports"][0]["containerPort"])
    assert f"--port={proxy['ports'][0]['containerPort']}" in proxy["command"]
    assert "--vllm-port=8200" in proxy["command"]
    assert main["readinessProbe"]["httpGet"]["port"] == main["ports"][0]["name"] != proxy["ports"][0]["name"]
    reader = template(objects["Deployment", "chat-prefill"])["spec"]
    assert argument(reader["containers"][0], "port") == "8000"
    assert "initContainers" not in reader
    service = objects["Service", "chat"]["spec"]
    assert service["ports"][0]["targetPort"] == proxy["ports"][0]["name"]
    assert selects(service["selector"], template(objects["Deployment", "chat"]))
    assert not selects(service["selector"], template(objects["Deployment", "chat-prefill"]))


@pytest.mark.req("S2-36", "XC-20")
def test_only_the_proxy_of_a_pod_gets_a_token_of_the_api() -> None:
    objects = made(prefill={"replicas": 1})
    pod = template(objects["Deployment", "chat"])["spec"]
    assert pod["automountServiceAccountToken"] is False
    tokens = {volume["name"] for volume in pod["volumes"] if "projected" in volume}
    assert tokens & {mount["name"] for mount in pod["initContainers"][-1]["volumeMounts"]}
    assert not tokens & {mount["name"] for mount in pod["containers"][0]["volumeMounts"]}
    (subject,) = objects["RoleBinding", "chat-proxy"]["subjects"]
    assert pod["serviceAccountName"] == subject["name"]
    assert "serviceAccountName" not in template(objects["Deployment", "chat-prefill"])["spec"]


@pytest.mark.req("S2-36")
def test_without_prefill_there_is_no_proxy() -> None:
    objects = made()
    pod = template(objects["Deployment", "chat"])
    assert "initContainers" not in pod["spec"]
    assert argument(pod["spec"]["containers"][0], "port") == "8000"
    assert pod["metadata"]["labels"]["llm-d.ai/role"] == "both"
    assert pod["metadata"]["labels"]["llm-d.ai/inference-serving"] == "true"
    assert pod["metadata"]["labels"]["llm-d.ai/model"] == "llama"
    assert argument(pod["spec"]["containers"][0], "kv-transfer-config") is None


@pytest.mark.req("S2-37")
def test_both_halves_move_the_cache_by_one_json_argument() -> None:
    objects = made(prefill={"replicas": 1}, env={"UCX_TLS": "rc,cuda_copy"})
    for name in ("chat", "chat-prefill"):
        container = engine(objects["Deployment", name])
        config = json.loads(argument(container, "kv-transfer-config") or "")
        assert config == {"kv_connector": "NixlConnector", "kv_role": "kv_both"}
        env = {each["name"]: each for each in container["env"]}
        host = env["VLLM_NIXL_SIDE_CHANNEL_HOST"]["valueFrom"]["fieldRef"]["fieldPath"]
        assert host == "status.podIP"
        assert env["VLLM_NIXL_SIDE_CHANNEL_PORT"]["value"] == "5600"
        assert env["UCX_TLS"]["value"] == "rc,cuda_copy"
    assert "UCX_TLS" not in variables(engine(made()["Deployment", "chat"]))


@pytest.mark.req("S2-34", "S2-38")
def test_each_role_has_its_own_copies_gpus_and_resources() -> None:
    prefill = {
        "replicas": 3,
        "topology": {"tensor": 4},
        "resources": {"memory": {"request": "96Gi", "limit": "96Gi"}},
    }
    objects = made(prefill=prefill, scaling={"min": 2}, topology={"tensor": 2, "data": 2})
    decode, reader = objects["Deployment", "chat"], objects["Deployment", "chat-prefill"]
    assert (decode["spec"]["replicas"], reader["spec"]["replicas"]) == (2, 3)
    gpus = [engine(each)["resources"]["limits"]["nvidia.com/gpu"] for each in (decode, reader)]
    assert gpus == ["4", "4"]
    assert engine(reader)["resources"]["limits"]["memory"] == "96Gi"
    assert argument(engine(decode), "tensor-parallel-size") == "2"
    assert argument(engine(decode), "data-parallel-size") == "2"
    assert argument(engine(reader), "tensor-parallel-size") == "4"
    stamps = [template(each)["metadata"]["annotations"] for each in (decode, reader)]
    assert stamps[0] != stamps[1]


@pytest.mark.req("S2-39", "S2-38")
def test_experts_are_spread_over_a_group_of_pods() -> None:
    groups = made(topology=EXPERTS)["LeaderWorkerSet", "chat-group"]["spec"]
    assert groups["leaderWorkerTemplate"]["size"] == 2
    leader = groups["leaderWorkerTemplate"]["leaderTemplate"]
    worker = groups["leaderWorkerTemplate"]["workerTemplate"]
    for pod in (leader, worker):
        (container,) = pod["spec"]["containers"]
        assert "--enable-expert-parallel" in container["args"]
        assert argument(container, "data-parallel-size") == "16"
        assert container["resources"]["limits"]["nvidia.com/gpu"] == "8"
    pool = made(topology=EXPERTS)["InferencePool", "chat"]["spec"]["selector"]["matchLabels"]
    assert selects(pool, leader)
    assert not selects(pool, worker)
    assert "--headless" in worker["spec"]["containers"][0]["args"]


@pytest.mark.req("S2-40", "S2-34")
def test_keda_scales_each_role_by_the_pickers_queue() -> None:
    given = {"cluster": MEASURED, "prefill": {"scaling": {**QUEUE, "max": 8}}, "scaling": QUEUE}
    objects = made(**given, monitoring={"podmonitor": True})
    for name, most in (("chat", 4), ("chat-prefill", 8)):
        assert "replicas" not in objects["Deployment", name]["spec"]
        spec = objects["ScaledObject", name]["spec"]
        assert spec["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": name}
        assert (spec["minReplicaCount"], spec["maxReplicaCount"]) == (1, most)
        waiting, running = (trigger["metadata"] for trigger in spec["triggers"])
        assert "llm_d_epp_flow_control_queue_size" in waiting["query"]
        assert waiting["threshold"] == "500000"
        assert "llm_d_epp_request_running" in running["query"]
    config = json.loads(objects["ConfigMap", "chat-epp"]["data"]["epp.yaml"])
    assert config["featureGates"] == ["flowControl"]
    assert objects["PodMonitor", "chat-epp"]["spec"]["selector"]["matchLabels"].items() <= (
        template(objects["Deployment", "chat-epp"])["metadata"]["labels"].items()
    )


@pytest.mark.req("S2-40")
def test_a_query_of_the_users_own_is_one_trigger() -> None:
    scaling = {"min": 1, "max": 4, "metric": "external", "query": "sum(waiting)", "target": 8}
    (trigger,) = made(cluster=MEASURED, scaling=scaling)["ScaledObject", "chat"]["spec"]["triggers"]
    assert trigger["metadata"] == {
        "serverAddress": "http://prometheus:9090",
        "query": "sum(waiting)",
        "threshold": "8",
    }


@pytest.mark.req("S2-28")
def test_from_no_copy_at_all_keda_waits_longer_than_a_model_loads() -> None:
    given = {"cluster": MEASURED, "scaling": {**QUEUE, "min": 0}, "monitoring": {"podmonitor": True}}
    spec = made(**given, verify={"startup_timeout": 1800})["ScaledObject", "chat"]["spec"]
    assert spec["minReplicaCount"] == 0
    assert spec["cooldownPeriod"] >= 1800


@pytest.mark.req("S2-41")
def test_prometheus_watches_each_role_and_the_picker() -> None:
    objects = made(prefill={"replicas": 1}, monitoring={"podmonitor": True, "labels": {"release": "x"}})
    monitors = {name: each["spec"] for (kind, name), each in objects.items() if kind == "PodMonitor"}
    assert set(monitors) == {"chat", "chat-prefill", "chat-epp"}
    for name, spec in monitors.items():
        pod = template(objects["Deployment", name])
        assert selects(spec["selector"]["matchLabels"], pod)
        ports = {port["name"] for port in pod["spec"]["containers"][0]["ports"]}
        assert {endpoint["port"] for endpoint in spec["podMetricsEndpoints"]} <= ports


@pytest.mark.req("S2-35")
def test_objectives_and_rewrites_are_of_the_pool() -> None:
    rules = [{"targets": [{"modelRewrite": "llama", "weight": 100}]}]
    router = {"objectives": {"gold": {"priority": 10}}, "model_rewrites": {"fast": {"rules": rules}}}
    objects = made(router=router)
    for key, spec in (
        (("InferenceObjective", "gold"), {"priority": 10}),
        (("InferenceModelRewrite", "fast"), {"rules": rules}),
    ):
        assert objects[key]["apiVersion"] == "llm-d.ai/v1alpha2"
        pool = {"group": "inference.networking.k8s.io", "kind": "InferencePool", "name": "chat"}
        assert objects[key]["spec"] == {**spec, "poolRef": pool}


def config(**given: Any) -> Object:
    found: Object = json.loads(made(**given)["ConfigMap", "chat-epp"]["data"]["epp.yaml"])
    return found


def steps(profile: Object) -> list[str]:
    return [step["pluginRef"] for step in profile["plugins"]]


@pytest.mark.req("S2-35")
def test_the_picker_prefers_who_has_the_prompt_unless_told_otherwise() -> None:
    (profile,) = config()["schedulingProfiles"]
    assert {"prefix-cache-scorer", "queue-scorer", "max-score-picker"} <= set(steps(profile))
    (profile,) = config(router={"prefix_aware": False})["schedulingProfiles"]
    assert "prefix-cache-scorer" not in steps(profile)
    adapters = {"adapters": [{"name": "sql", "source": "sql", "rank": 8}]}
    (profile,) = config(model=adapters, lora={"enabled": True, "max_rank": 8})["schedulingProfiles"]
    assert "lora-affinity-scorer" in steps(profile)


@pytest.mark.req("S2-35")
@pytest.mark.parametrize("given", [{}, {"prefill": {"replicas": 1}}])
def test_every_plugin_that_a_profile_names_is_declared(given: Object) -> None:
    found = config(**given)
    declared = {plugin["type"] for plugin in found["plugins"]}
    for profile in found["schedulingProfiles"]:
        assert set(steps(profile)) <= declared
    names = [profile["name"] for profile in found["schedulingProfiles"]]
    assert names == (["prefill", "decode"] if given else ["default"])


@pytest.mark.req("S2-35")
def test_a_configuration_of_the_users_own_is_taken_as_it_is() -> None:
    plugins = {"plugins": [{"type": "random-picker"}], "schedulingProfiles": []}
    found = config(router={"plugins": plugins})
    assert found["kind"] == "EndpointPickerConfig"
    assert {key: found[key] for key in plugins} == plugins


def test_a_stopped_service_keeps_its_objects_and_no_pods() -> None:
    objects = made(state="stopped", prefill={"replicas": 2}, cluster=MEASURED, scaling=QUEUE)
    workloads = [each for (kind, _name), each in objects.items() if kind == "Deployment"]
    assert [each["spec"]["replicas"] for each in workloads] == [0, 0, 0]
    assert not [name for kind, name in objects if kind == "ScaledObject"]


@pytest.mark.req("S2-05")
def test_images_of_the_router_come_from_one_pin_and_the_clusters_registry() -> None:
    registry = {"registry": {"prefix": "registry.example/cache"}}
    objects = made(prefill={"replicas": 1}, cluster=registry)
    images = [
        engine(objects["Deployment", "chat-epp"])["image"],
        template(objects["Deployment", "chat"])["spec"]["initContainers"][-1]["image"],
    ]
    assert {image.rpartition(":")[2] for image in images} == {"v0.9.0"}
    assert all(image.startswith("registry.example/cache/llm-d/") for image in images)
    older = made(cluster={"components": {"llmd": {"version": "v0.8.0"}}})
    assert engine(older["Deployment", "chat-epp"])["image"].endswith(":v0.8.0")


@pytest.mark.req("S2-41")
def test_traces_go_to_the_collector_that_is_named() -> None:
    collector = "http://otel-collector.monitoring:4317"
    objects = made(prefill={"replicas": 1}, monitoring={"tracing": collector})
    for name in ("chat", "chat-prefill"):
        container = engine(objects["Deployment", name])
        assert argument(container, "otlp-traces-endpoint") == collector
        assert variables(container)["OTEL_SERVICE_NAME"] == name
    picker = engine(objects["Deployment", "chat-epp"])
    assert argument(picker, "tracing") == "true"
    assert variables(picker)["OTEL_EXPORTER_OTLP_ENDPOINT"] == collector
    quiet = made()
    assert argument(engine(quiet["Deployment", "chat-epp"]), "tracing") == "false"
    assert argument(engine(quiet["Deployment", "chat"]), "otlp-traces-endpoint") is None


@pytest.mark.req("S2-35")
@pytest.mark.parametrize(
    "components", [{"gateway": {"class_name": "istio"}}, {"istio": {"state": "existing"}}]
)
def test_istio_takes_the_pickers_certificate_as_it_is(components: Object) -> None:
    objects = made(cluster={"components": components})
    rule = objects["DestinationRule", "chat-epp"]["spec"]
    assert rule["host"] == "chat-epp.default.svc.cluster.local"
    assert rule["trafficPolicy"]["tls"] == {"mode": "SIMPLE", "insecureSkipVerify": True}
    assert ("DestinationRule", "chat-epp") not in made()


@pytest.mark.req("S2-29", "S2-35")
def test_a_route_leads_to_the_pool_and_to_that_of_a_canary_by_weight() -> None:
    canary = {"canary": {"weight": 20, "overrides": {"topology": {"tensor": 2}}}}
    expose = {"type": "gateway-api", "gateway": "edge/public"}
    objects = made(rollout=canary, expose=expose)
    (rule,) = objects["HTTPRoute", "chat"]["spec"]["rules"]
    backends = {each["name"]: each for each in rule["backendRefs"]}
    assert {name: each["weight"] for name, each in backends.items()} == {"chat": 80, "chat-canary": 20}
    for name, each in backends.items():
        assert each["kind"] == "InferencePool"
        selector = objects["InferencePool", name]["spec"]["selector"]["matchLabels"]
        assert selects(selector, template(objects["Deployment", name]))
        others = {"chat", "chat-canary"} - {name}
        assert not any(selects(selector, template(objects["Deployment", other])) for other in others)


@pytest.mark.req("S2-39")
@pytest.mark.parametrize("provider", ["native", "kserve"])
def test_a_gang_is_known_by_its_queue_and_its_scheduler(provider: str) -> None:
    stages = {"pipeline": 2, "pods": "per-node", "gpus_per_node": 1}
    key = ("LeaderWorkerSet", "chat-group") if provider == "native" else ("LLMInferenceService", "chat")
    by = {
        gang: made(
            llmd={"provider": provider},
            topology={**stages, "placement": {"gang": gang, "queue": "research"}},
        )[key]
        for gang in ("kueue", "volcano")
    }
    assert by["kueue"]["metadata"]["labels"]["kueue.x-k8s.io/queue-name"] == "research"
    assert str(by["volcano"]).count("'schedulerName': 'volcano'") == 2
    assert "schedulerName" not in str(by["kueue"])
