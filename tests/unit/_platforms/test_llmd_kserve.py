# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects

from tests.unit._plan.inventory import planned

Object = dict[str, Any]

MEASURED = {"components": {"prometheus": {"url": "http://prometheus:9090"}}}
QUEUE = {"min": 1, "max": 4, "metric": "queue_time"}
ADAPTERS = {"adapters": [{"name": "sql", "source": "org/sql", "rank": 8}]}
LORA = {"enabled": True, "max_rank": 8}


def made(**given: Any) -> dict[tuple[str, str], Object]:
    objects = service_objects(planned(platform="llmd", llmd={"provider": "kserve"}, **given))
    return {(each["kind"], each["metadata"]["name"]): each for each in objects}


def spec(**given: Any) -> Object:
    found: Object = made(**given)["LLMInferenceService", "chat"]["spec"]
    return found


def main(part: Object) -> Object:
    (container,) = part["template"]["containers"]
    return dict(container)


@pytest.mark.req("S2-32")
def test_model_name_and_pods_are_what_the_inventory_says() -> None:
    found = spec(scaling={"min": 2}, topology={"tensor": 2})
    assert found["model"] == {"uri": "pvc://models/llama/8b", "name": "llama"}
    assert found["replicas"] == 2
    assert found["parallelism"] == {"tensor": 2}
    assert main(found)["name"] == "main"
    assert main(found)["args"][0] == "/mnt/models"
    assert "--port=8000" in main(found)["args"]
    assert "storageInitializer" not in found


@pytest.mark.req("S2-32")
def test_command_and_arguments_are_ours_and_no_shell_is_near() -> None:
    container = main(spec())
    assert container["command"] == ["vllm", "serve"]
    assert "publishers/default/models/llama" in container["args"]
    assert "lifecycle" not in container


@pytest.mark.req("S2-36")
def test_the_engine_of_a_decode_pod_listens_behind_kserves_proxy() -> None:
    found = spec(prefill={"replicas": 3, "topology": {"tensor": 2}})
    assert "--port=8001" in main(found)["args"]
    assert main(found)["readinessProbe"]["httpGet"]["port"] == main(found)["ports"][0]["name"]
    assert main(found)["ports"][0]["containerPort"] == 8001
    assert "--port=8000" in main(found["prefill"])["args"]
    assert (found["prefill"]["replicas"], found["prefill"]["parallelism"]) == (3, {"tensor": 2})
    (proxy,) = found["template"]["initContainers"]
    assert proxy["name"] == "llm-d-routing-sidecar"
    assert "initContainers" not in found["prefill"]["template"]


@pytest.mark.req("S2-39")
def test_experts_are_spread_over_leader_and_worker() -> None:
    found = spec(topology={"data": 16, "expert": True, "pods": "per-node", "gpus_per_node": 8})
    assert found["parallelism"] == {"tensor": 1, "data": 16, "dataLocal": 8, "expert": True}
    (worker,) = found["worker"]["containers"]
    assert worker["name"] == "main"
    assert "--headless" in worker["args"]
    assert "worker" not in spec(topology={"data": 2})


@pytest.mark.req("S2-40")
def test_an_autoscaled_service_names_no_replicas_and_keda_finds_what_kserve_makes() -> None:
    given = {"cluster": MEASURED, "scaling": QUEUE, "prefill": {"scaling": QUEUE}}
    objects = made(**given)
    found = objects["LLMInferenceService", "chat"]["spec"]
    assert "replicas" not in found
    assert "replicas" not in found["prefill"]
    targets = {
        each["spec"]["scaleTargetRef"]["name"]
        for (kind, _name), each in objects.items()
        if kind == "ScaledObject"
    }
    assert targets == {"chat-kserve", "chat-kserve-prefill"}


@pytest.mark.req("S2-33")
def test_adapters_lie_where_kserve_puts_them() -> None:
    found = spec(model={"store": "hub", **ADAPTERS}, lora=LORA)
    assert found["model"]["lora"] == {"adapters": [{"name": "sql", "uri": "hf://org/sql"}]}
    assert "sql=/mnt/lora/sql" in main(found)["args"]
    mounted = spec(model=ADAPTERS, lora=LORA)
    assert "lora" not in mounted["model"]
    assert "sql=/mnt/adapters/org/sql" in main(mounted)["args"]


@pytest.mark.req("S2-42")
def test_the_tiers_of_a_cache_are_kserves() -> None:
    found = spec(kv_offload={"dram_gb": 64, "ssd_gb": 500, "storage_class": "aidaptiv-cache"})
    claim = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "aidaptiv-cache",
        "resources": {"requests": {"storage": "500G"}},
    }
    secondary = [{"fileSystem": {"pvc": {"spec": claim}}}]
    assert found["kvCacheOffloading"] == {"cpu": "64G", "secondary": secondary}
    assert "/mnt/kv-cache-0" in str(main(found)["args"])
    assert "/mnt/kv-cache-0" not in [mount["mountPath"] for mount in main(found)["volumeMounts"]]
    assert spec(kv_offload={"dram_gb": 8})["kvCacheOffloading"] == {"cpu": "8G"}
    local = spec(kv_offload={"provider": "lmcache", "dram_gb": 8, "ssd_gb": 100})
    assert "emptyDir" in str(local["kvCacheOffloading"]["secondary"])
    assert "kvCacheOffloading" not in spec()


@pytest.mark.req("S2-32")
def test_the_way_in_is_kserves_gateway_or_the_one_that_is_named() -> None:
    assert spec()["router"]["gateway"] == {}
    named = {"type": "gateway-api", "gateway": "edge/public", "host": "llm.example"}
    router = spec(expose=named)["router"]
    assert router["gateway"] == {"refs": [{"name": "public", "namespace": "edge"}]}
    assert router["route"] == {"http": {"spec": {"hostnames": ["llm.example"]}}}
    assert "router" not in spec(expose={"type": "none"})


@pytest.mark.req("S2-35")
def test_the_picker_is_configured_as_ours_is() -> None:
    scheduler = spec(router={"scheduler_replicas": 2, "prefix_aware": False})["router"]["scheduler"]
    assert scheduler["replicas"] == 2
    assert "prefix-cache-scorer" not in str(scheduler["config"]["inline"])


@pytest.mark.req("S2-32")
def test_a_model_that_nobody_fetches_needs_no_initializer() -> None:
    assert spec(engine="simulator")["storageInitializer"] == {"enabled": False}
    cached = spec(model={"store": "hub"}, cache={"store": "sfs"})
    assert cached["storageInitializer"] == {"enabled": False}
    assert cached["model"]["uri"] == "hf://llama/8b"
    env = {each["name"]: each.get("value") for each in main(cached)["env"]}
    assert env["HF_HUB_CACHE"] == f"{env['HF_HOME']}/hub"


@pytest.mark.req("S2-30")
def test_a_stopped_service_is_marked_as_kserve_wants_it() -> None:
    annotations = made(state="stopped")["LLMInferenceService", "chat"]["metadata"]["annotations"]
    assert annotations == {"serving.kserve.io/stop": "true"}


def test_what_reaches_selectors_never_changes() -> None:
    found = spec(labels={"team": "search"}, prefill={"replicas": 1})
    assert found["labels"] == found["prefill"]["labels"] == {"inferops.serving/service": "chat"}


@pytest.mark.req("S2-24")
def test_credentials_of_a_bucket_reach_kserve_by_an_account() -> None:
    objects = made(model={"store": "bucket"})
    assert next(kind for kind, _name in objects) == "ServiceAccount"
    template = objects["LLMInferenceService", "chat"]["spec"]["template"]
    assert template["serviceAccountName"] == "chat"


@pytest.mark.req("S2-41")
def test_prometheus_watches_what_kserve_makes() -> None:
    objects = made(prefill={"replicas": 1}, monitoring={"podmonitor": True})
    assert {name for kind, name in objects if kind == "PodMonitor"} == {"chat", "chat-prefill", "chat-epp"}


@pytest.mark.req("S2-41")
def test_kserve_sends_traces_to_the_collector_that_is_named() -> None:
    collector = "http://otel-collector.monitoring:4317"
    found = spec(monitoring={"tracing": collector})
    assert found["tracing"] == {"exporterEndpoint": collector}
    assert f"--otlp-traces-endpoint={collector}" in main(found)["args"]
    assert "tracing" not in spec()
