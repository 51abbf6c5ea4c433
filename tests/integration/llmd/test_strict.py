# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the definitions take, and what KServe's own webhook says to what our rules refuse."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ApiError, Client
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read
from ansible_collections.inferops.serving.plugins.module_utils._manifests import export
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects

from tests.integration.llmd.conftest import BY_KSERVE, Object, Services

pytestmark = [pytest.mark.proof("A")]

MEASURED = {"components": {"prometheus": {"url": "http://prometheus.monitoring:9090"}}}
QUEUE = {"min": 1, "max": 4, "metric": "queue_time"}
HUB = {"name": "tiny", "source": "org/tiny"}
DISK = {"dram_gb": 64, "ssd_gb": 500, "storage_class": "fast"}
EVERYTHING: dict[str, Object] = {
    "scaled": {
        "scaling": QUEUE,
        "prefill": {"scaling": {**QUEUE, "max": 8}},
        "monitoring": {"podmonitor": True},
    },
    "asked": {"scaling": {"min": 1, "max": 2, "metric": "external", "query": "sum(x)", "target": 4}},
    "spread": {
        "topology": {"tensor": 2, "data": 8, "expert": True, "pods": "per-node", "gpus_per_node": 8},
        "scaling": QUEUE,
    },
    "tiered": {"kv_offload": DISK},
    "local": {"kv_offload": {"provider": "lmcache", "dram_gb": 8, "ssd_gb": 100}},
    "traced": {"monitoring": {"tracing": "http://otel-collector.monitoring:4317"}},
    "replicated": {"router": {"scheduler_replicas": 3}},
}


def inventory(namespace: str, services: dict[str, Object], **everywhere: Any) -> Object:
    plain = {"namespace": namespace, "model": "tiny", "engine": "vllm", "platform": "llmd"}
    return {
        "llm_cluster": MEASURED,
        "llm_models": [HUB],
        "llm_serving": [{**plain, "name": name, **given} for name, given in services.items()],
        **everywhere,
    }


def refused(services: Services, name: str, given: Object, **everywhere: Any) -> list[str]:
    """What our rules say."""
    found = read(inventory(services.namespace, {name: given}, **everywhere))
    return [f"{each.path}: {each.message}" for each in found.problems if each.severity == "error"]


@pytest.mark.req("S2-04", "S2-05", "S2-32", "S2-34", "S2-39", "S2-40", "S2-42")
@pytest.mark.parametrize("provider", ["native", "kserve"])
def test_everything_is_accepted_strictly_and_kept(empty: Services, client: Client, provider: str) -> None:
    given = {name: {"llmd": {"provider": provider}, **one} for name, one in EVERYTHING.items()}
    specification = read(inventory(empty.namespace, given))
    assert [str(each) for each in specification.problems if each.severity == "error"] == []
    for plan in specification.plans:
        for obj in service_objects(plan):
            group, _slash, _version = obj["apiVersion"].rpartition("/")
            if client.served(group, obj["kind"]) is None:
                assert group == "monitoring.coreos.com", f"the cluster has no {obj['kind']}"
                continue
            kept = client.apply(obj, dry_run=True)
            assert_kept(obj.get("spec", {}), kept.get("spec", {}))


def assert_kept(wanted: Any, kept: Any, path: str = "spec") -> None:
    """Whatever we write is there; the API may add."""
    if isinstance(wanted, dict):
        for key, value in wanted.items():
            assert key in kept or not value, f"{path}.{key} is gone"
            if key in kept:
                assert_kept(value, kept[key], f"{path}.{key}")
    elif isinstance(wanted, list):
        assert len(kept) >= len(wanted), path


@pytest.mark.req("S2-41")
def test_prometheus_is_shown_each_role_and_the_picker(empty: Services, client: Client) -> None:
    if client.served("monitoring.coreos.com", "PodMonitor") is None:
        pytest.skip("not run: the cluster has no Prometheus operator's definitions")
    scaled = {"scaled": EVERYTHING["scaled"]}
    (plan,) = read(inventory(empty.namespace, scaled)).plans
    monitors = [each for each in service_objects(plan) if each["kind"] == "PodMonitor"]
    for each in monitors:
        client.apply(each)
    names = {each["metadata"]["name"] for each in empty.list("monitoring.coreos.com/v1", "PodMonitor")}
    assert names == {"scaled", "scaled-prefill", "scaled-epp"}


@pytest.mark.req("S2-40")
@pytest.mark.parametrize("provider", ["native", "kserve"])
def test_files_for_argo_name_no_replicas_that_keda_owns(
    empty: Services, client: Client, provider: str
) -> None:
    given = {"scaled": {**EVERYTHING["scaled"], "llmd": {"provider": provider}}}
    specification = read(inventory(empty.namespace, given))
    made = export(specification.fleet, specification.plans, with_secrets=False)
    objects = [
        obj
        for text in made.files.values()
        for obj in yaml.safe_load_all(text)
        if obj["kind"] in ("Deployment", "LLMInferenceService", "ScaledObject")
    ]
    scaled = {obj["spec"]["scaleTargetRef"]["name"] for obj in objects if obj["kind"] == "ScaledObject"}
    assert len(scaled) == 2
    for obj in objects:
        if obj["kind"] == "LLMInferenceService":
            assert "replicas" not in obj["spec"]
            assert "replicas" not in obj["spec"]["prefill"]
        elif obj["metadata"]["name"] in scaled:
            assert "replicas" not in obj["spec"]
        if obj["kind"] == "ScaledObject":
            client.apply(obj, dry_run=True)


WEBHOOK: dict[str, tuple[Object, str]] = {
    "both at once": (
        {"topology": {"pipeline": 2, "data": 2, "pods": "per-node", "gpus_per_node": 2}},
        "cannot set both pipeline parallelism and data parallelism",
    ),
    "pods that share one engine": (
        {"topology": {"tensor": 4, "pods": "per-node", "gpus_per_node": 2}},
        "parallelism must be configured for either data parallelism or pipeline parallelism",
    ),
}
"""What our rules and KServe's webhook both refuse, and what the webhook says."""


@pytest.mark.proof("C", "E")
@pytest.mark.req("S2-33")
@pytest.mark.parametrize("name", WEBHOOK)
def test_what_the_webhook_refuses_our_rules_refuse_before(empty: Services, client: Client, name: str) -> None:
    given, words = WEBHOOK[name]
    entry = {"llmd": BY_KSERVE, **given}
    assert refused(empty, "chat", entry)
    (plan,) = empty.planned({"chat": {"engine": "vllm", **entry}})
    with pytest.raises(ApiError, match=words):
        client.apply(service_objects(plan)[-1], dry_run=True)


@pytest.mark.proof("C", "E")
@pytest.mark.req("S2-33")
def test_what_the_webhook_lets_pass_our_rules_refuse(empty: Services, client: Client) -> None:
    """Engines that no pod holds whole: KServe makes groups of them that never start."""
    topology = {"tensor": 4, "data": 3, "pods": "per-node", "gpus_per_node": 6}
    assert any("gpus_per_node" in each for each in refused(empty, "chat", {"topology": topology}))
    (plan,) = empty.planned({"chat": {"engine": "vllm", "topology": topology, "llmd": BY_KSERVE}})
    client.apply(service_objects(plan)[-1], dry_run=True)


@pytest.mark.proof("C", "E")
@pytest.mark.req("S2-33")
def test_the_size_of_a_group_cannot_change(empty: Services, client: Client) -> None:
    def group(data: int) -> Object:
        topology = {"data": data, "pods": "per-node", "gpus_per_node": 2}
        (plan,) = empty.planned({"chat": {"topology": topology, "llmd": BY_KSERVE, "state": "stopped"}})
        return service_objects(plan)[-1]

    client.apply(group(4))
    with pytest.raises(ApiError, match="total parallelism size is immutable"):
        client.apply(group(8))
