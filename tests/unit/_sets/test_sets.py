# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply.applyset import set_id
from ansible_collections.inferops.serving.plugins.module_utils._apply.presence import vacant, worth_applying
from ansible_collections.inferops.serving.plugins.module_utils._fleet import Fleet, load
from ansible_collections.inferops.serving.plugins.module_utils._sets import (
    namespace_sets,
    secret_sets,
    store_sets,
)

from tests.unit._plan import inventory

NFS = {"nfs": {"server": "nfs.example", "path": "/models"}}
INVENTORY: dict[str, Any] = {
    "llm_cluster": {"namespaces": [{"name": "rag"}, {"name": "there", "create": False}]},
    "llm_secrets": [{"name": "hf", "kind": "hf-token", "value": "hf_1"}],
    "llm_stores": [
        {"name": "hub", "kind": "hf", "secret": "hf"},
        {"name": "models", "kind": "nfs", "size": "10Gi", "pv": NFS},
    ],
    "llm_models": [
        {"name": "small", "source": "org/small", "store": "hub"},
        {"name": "big", "source": "big", "store": "models"},
    ],
    "llm_serving": [
        {"name": "chat", "namespace": "chat", "model": "small", "engine": "vllm"},
        {"name": "rag", "namespace": "rag", "model": "big", "engine": "vllm"},
    ],
}


@pytest.fixture
def fleet() -> Fleet:
    fleet, problems = load(INVENTORY)
    assert not problems
    return fleet


class Parents:
    """Answers with the parents of sets that are in the cluster."""

    def __init__(self, *ids: tuple[str, str]) -> None:
        self._ids = ids

    def list(self, *_kind: str, namespace: str, **_rest: Any) -> list[dict[str, Any]]:
        return [
            {"metadata": {"namespace": namespace, "labels": {"applyset.kubernetes.io/id": one}}}
            for place, one in self._ids
            if place == namespace
        ]

    def in_parallel(self, function: Any, items: Any) -> Any:
        return [function(item) for item in items]


def contents(sets: list[Any]) -> dict[str, list[str]]:
    return {
        one.namespace: [f"{obj['kind']} {obj['metadata']['name']}" for obj in one.objects] for one in sets
    }


@pytest.mark.req("S1-12")
def test_credentials_and_volumes_are_owned_apart_and_by_namespace(fleet: Fleet) -> None:
    assert contents(secret_sets(fleet)) == {"chat": ["Secret hf"], "rag": [], "there": []}
    assert contents(store_sets(fleet)) == {
        "chat": [],
        "rag": ["PersistentVolume rag-models", "PersistentVolumeClaim models"],
        "there": [],
    }
    assert {one.name for one in secret_sets(fleet)} != {one.name for one in store_sets(fleet)}


@pytest.mark.req("S1-12")
def test_data_may_be_deleted_only_when_that_is_said(fleet: Fleet) -> None:
    assert not any(one.purge for one in store_sets(fleet))
    assert all(one.purge for one in store_sets(fleet, purge=True))


@pytest.mark.req("S4-45")
def test_a_namespace_is_a_set_of_its_own_and_only_where_we_make_it(fleet: Fleet) -> None:
    assert contents(namespace_sets(fleet)) == {"rag": ["Namespace rag"]}


def test_an_empty_set_is_applied_only_to_prune_what_it_had(fleet: Fleet) -> None:
    sets = secret_sets(fleet)
    assert contents(worth_applying(Parents(), sets)) == {"chat": ["Secret hf"]}  # type: ignore[arg-type]
    left = next(one for one in sets if one.namespace == "rag")
    parents = Parents(("rag", set_id(left.name, left.namespace)))
    assert set(contents(worth_applying(parents, sets))) == {"chat", "rag"}  # type: ignore[arg-type]


@pytest.mark.req("S4-45")
def test_a_namespace_with_another_set_of_ours_stays(fleet: Fleet) -> None:
    sets = namespace_sets(fleet)
    assert vacant(Parents(("rag", "applyset-of-somebody-v1")), sets) == []  # type: ignore[arg-type]
    assert vacant(Parents(("other", "applyset-of-somebody-v1")), sets) == sets  # type: ignore[arg-type]


@pytest.mark.req("S2-33")
def test_services_of_a_namespace_share_the_presets_that_kserve_lacks() -> None:
    stages = {"pipeline": 2, "pods": "per-node", "gpus_per_node": 1}
    hosted = {"model": "llama", "engine": "vllm", "platform": "llmd", "llmd": {"provider": "kserve"}}
    services = [
        {"name": "one", "namespace": "a", "topology": stages, **hosted},
        {"name": "two", "namespace": "a", "topology": stages, **hosted},
        {"name": "three", "namespace": "b", "prefill": {"topology": stages}, **hosted},
        {"name": "four", "namespace": "c", **hosted},
    ]
    sets = namespace_sets(inventory.fleet(services, cluster={"namespaces": [{"name": "a"}]}))
    names = {one.namespace: [obj["metadata"]["name"] for obj in one.objects] for one in sets}
    assert names == {
        "a": ["a", "kserve-config-llm-worker-pipeline-parallel"],
        "b": ["kserve-config-llm-prefill-worker-pipeline-parallel"],
    }
