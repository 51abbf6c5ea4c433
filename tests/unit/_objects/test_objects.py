# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible_collections.inferops.serving.plugins.module_utils._objects import (
    namespace_objects,
    service_objects,
)

from tests.unit._plan.inventory import fleet, planned, rendered

GOLDEN = Path(__file__).parent / "golden"

SEEDS: dict[str, dict[str, Any]] = {
    "triton-on-kserve": {
        "engine": "triton-vllm",
        "platform": "kserve",
        "scaling": {"min": 1, "max": 1},
        "topology": {"tensor": 2},
        "gpu": {
            "mode": "visible-devices",
            "visible_devices": [0, 1],
            "p2p": "false",
            "acknowledge_unaccounted_gpu": True,
        },
        "shm_size": "2Gi",
    },
    "lean-rag": {
        "engine": "vllm",
        "platform": "kserve",
        "presets": ["lean-rag"],
        "gpu": {"product": "NVIDIA-A10G"},
        "engine_args": {"kv_cache_dtype": "fp8_e5m2", "max_model_len": 8192},
        "cluster": {"components": {"prometheus": {"url": "http://prometheus.monitoring:9090"}}},
    },
    "gpt2-from-s3": {
        "engine": "triton-vllm",
        "namespace": "triton-demo-1",
        "model": {"name": "vllm_model", "source": "openai-community/gpt2", "store": "bucket"},
        "presets": ["gpt2-demo"],
        "cache": {"store": "sfs", "path": "hf_cache"},
        "node_selector": {"demo": "base"},
        "engine_args": {"log_verbose": 1},
        "expose": {"type": "nodeport", "node_port": 30299},
    },
}


@pytest.mark.parametrize("name", SEEDS)
def test_the_reviewed_manifests(name: str) -> None:
    """To renew: write yaml.safe_dump_all(objects, sort_keys=False) there and review the difference."""
    expected = list(yaml.safe_load_all((GOLDEN / f"{name}.yaml").read_text(encoding="utf-8")))
    assert service_objects(planned(**SEEDS[name])) == expected


@pytest.mark.req("XC-14")
@pytest.mark.parametrize("name", SEEDS)
def test_rendering_is_deterministic_and_shares_nothing(name: str) -> None:
    plan = planned(**SEEDS[name])
    first, second = (yaml.safe_dump_all(service_objects(each)) for each in (plan, planned(**SEEDS[name])))
    assert first == second
    assert "&id" not in first, "YAML writes an anchor where two places are one object"
    objects = service_objects(plan)
    for each in objects:
        each["metadata"]["labels"]["changed"] = "by the reader"
    assert "by the reader" not in yaml.safe_dump_all(service_objects(plan))


def test_a_service_that_shall_be_absent_has_no_objects() -> None:
    assert service_objects(planned(state="absent")) == []


@pytest.mark.req("XC-08")
@pytest.mark.parametrize("platform", ["deployment", "kserve"])
def test_every_object_says_whose_it_is(platform: str) -> None:
    objects = rendered(
        platform=platform, engine="triton-vllm", expose={"type": "nodeport"}, monitoring={"podmonitor": True}
    )
    for each in objects.values():
        labels = each["metadata"]["labels"]
        assert labels["app.kubernetes.io/managed-by"] == "inferops.serving"
        assert labels["inferops.serving/service"] == "chat"
        assert each["metadata"]["namespace"] == "default"


@pytest.mark.req("S2-20")
def test_a_pod_monitor_scrapes_the_metrics_port_of_the_pods() -> None:
    monitoring = {"podmonitor": True, "labels": {"release": "prometheus"}}
    made = rendered(engine="triton-vllm", monitoring=monitoring)["PodMonitor"]
    assert made["metadata"]["labels"]["release"] == "prometheus"
    assert made["spec"]["podMetricsEndpoints"] == [{"port": "metrics", "path": "/metrics"}]
    assert made["spec"]["selector"]["matchLabels"] == {"inferops.serving/service": "chat"}


@pytest.mark.req("S4-19")
@pytest.mark.parametrize(
    ("istio", "labels"),
    [
        ("none", None),
        ("enabled", {"istio-injection": "enabled"}),
        ("stable-1-31", {"istio.io/rev": "stable-1-31"}),
    ],
)
def test_a_namespace_takes_one_of_istios_labels(istio: str, labels: dict[str, str] | None) -> None:
    everything = fleet(
        [{"name": "chat", "model": "llama", "engine": "vllm"}],
        cluster={"namespaces": [{"name": "triton-demo-1", "istio": istio}]},
    )
    (made,) = namespace_objects(everything)
    assert made["metadata"].get("labels") == labels


def test_a_namespace_that_is_not_ours_to_make_is_left_alone() -> None:
    everything = fleet(
        [{"name": "chat", "model": "llama", "engine": "vllm"}],
        cluster={"namespaces": [{"name": "theirs", "create": False}]},
    )
    assert namespace_objects(everything) == []
