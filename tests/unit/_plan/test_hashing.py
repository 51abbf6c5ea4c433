# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._plan.inventory import planned


def test_the_same_inventory_gives_the_same_hash() -> None:
    assert planned().spec_hash == planned().spec_hash


@pytest.mark.parametrize(
    "change",
    [
        {"scaling": {"min": 3}},
        {"scaling": {"min": 1, "max": 9, "metric": "cpu", "target": 50}},
        {"expose": {"type": "nodeport"}},
        {"rollout": {"strategy": "recreate"}},
        {"state": "stopped"},
        {"monitoring": {"podmonitor": True}},
        {"verify": {"prompt": "Hello?"}},
    ],
)
@pytest.mark.parametrize("platform", ["deployment", "kserve"])
def test_what_makes_no_pod_replaces_no_pod(platform: str, change: dict[str, Any]) -> None:
    assert planned(platform=platform, **change).spec_hash == planned(platform=platform).spec_hash


@pytest.mark.parametrize(
    "change",
    [
        {"image": "vllm/vllm-openai:v0.32.0"},
        {"engine_args": {"max_model_len": 4096}},
        {"env": {"LOG": "1"}},
        {"resources": {"cpu": {"limit": "9"}}},
        {"labels": {"team": "search"}},
        {"annotations": {"note": "x"}},
        {"tolerations": [{"key": "a", "operator": "Exists"}]},
        {"node_selector": {"zone": "b"}},
        {"gpu": {"product": "NVIDIA-L4"}},
        {"verify": {"startup_timeout": 99}},
        {"pull_secrets": ["ngc"]},
        {"model": {"source": "llama/70b"}},
    ],
)
@pytest.mark.parametrize("platform", ["deployment", "kserve"])
def test_what_makes_the_pod_replaces_it(platform: str, change: dict[str, Any]) -> None:
    assert planned(platform=platform, **change).spec_hash != planned(platform=platform).spec_hash


@pytest.mark.parametrize("store", ["bucket", "hub"])
def test_another_value_of_a_secret_that_is_read_replaces_the_pods(store: str) -> None:
    secret = {"bucket": "keys", "hub": "token"}[store]

    def hash_for(state: str) -> str:
        return planned(model={"store": store}, secret_states={("default", secret): state}).spec_hash

    assert hash_for("a") == hash_for("a")
    assert hash_for("a") != hash_for("b")


def test_a_secret_of_others_replaces_nothing() -> None:
    assert (
        planned(secret_states={("default", "ngc"): "a"}).spec_hash
        == planned(secret_states={("default", "ngc"): "b"}).spec_hash
    )


@pytest.mark.parametrize("store", ["models", "bucket"])
def test_another_model_json_replaces_the_pods_wherever_it_lies(store: str) -> None:
    def hash_for(fraction: float) -> str:
        args = {"gpu_memory_utilization": fraction}
        return planned(engine="triton-vllm", model={"store": store}, engine_args=args).spec_hash

    assert hash_for(0.5) != hash_for(0.6)
