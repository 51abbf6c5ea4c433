# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._fleet import Service
from ansible_collections.inferops.serving.plugins.module_utils._fleet.schema import keys
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read
from ansible_collections.inferops.serving.plugins.module_utils._plan import (
    ServicePlan,
    entry_hash,
    specification,
)
from ansible_collections.inferops.serving.plugins.module_utils._rollout.promotion import (
    OVERRIDES,
    compare,
    not_a_key,
    problems,
    unproved,
)


def plan(
    model: dict[str, Any] | None = None, cluster: dict[str, Any] | None = None, **entry: Any
) -> ServicePlan:
    variables = {
        "llm_cluster": cluster or {},
        "llm_models": [{"name": "m", "source": "org/m", **(model or {})}],
        "llm_serving": [
            {
                "name": "chat",
                "model": "m",
                "engine": "vllm",
                "expose": {"type": "istio", "host": "llm.example"},
                **entry,
            }
        ],
    }
    (made,) = read(variables).plans
    return made


@pytest.mark.req("S2-31")
@pytest.mark.parametrize(
    "entry",
    [
        {"scaling": {"min": 3}},
        {"resources": {"cpu": {"request": "8"}, "memory": {"limit": "64Gi"}}},
        {"expose": {"type": "istio", "host": "other.example"}},
        {"node_selector": {"zone": "b"}},
    ],
)
def test_how_much_and_where_may_differ(entry: dict[str, Any]) -> None:
    compared = compare(plan(**entry), plan())
    assert compared.same
    assert compared.hash == compared.proved_hash


@pytest.mark.req("S2-31")
@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ({"image": "docker.io/vllm/vllm-openai:v0.32.0"}, "image"),
        ({"engine_args": {"max_model_len": 4096}}, "engine_args.max_model_len"),
        ({"env": {"VERSION": "2"}}, "env.VERSION"),
        ({"topology": {"tensor": 2}}, "topology.tensor"),
        ({"expose": {"type": "traefik", "host": "llm.example"}}, "expose.type"),
    ],
)
def test_what_runs_may_not_and_is_named_with_both_values(entry: dict[str, Any], path: str) -> None:
    compared = compare(plan(**entry), plan())
    assert compared.hash != compared.proved_hash
    assert path in [one["path"] for one in compared.differences]
    told = [problem for problem in problems(compared, stage="staging-1") if problem.path.endswith(f".{path}")]
    assert "in staging-1" in told[0].message
    assert "Write the same in both" in told[0].hint


@pytest.mark.req("S2-31")
def test_the_model_behind_the_name_is_compared_too() -> None:
    compared = compare(plan(model={"revision": "main"}), plan(model={"revision": "v1"}))
    assert [one["path"] for one in compared.differences] == ["model.revision"]
    assert compare(plan(model={"revision": "main"}), plan(), [*OVERRIDES, "model"]).same


def test_what_only_the_cluster_decides_is_not_compared() -> None:
    mirrored = plan(cluster={"registry": {"prefix": "registry.example/cache"}, "flavor": "openshift"})
    assert compare(mirrored, plan()).same


def test_another_pinned_version_is_another_specification() -> None:
    older = compare(plan(cluster={"version_preset": "seed"}), plan())
    assert "image" in [one["path"] for one in older.differences]


def test_a_default_that_is_written_is_no_difference() -> None:
    assert compare(plan(topology={"tensor": 1}, env={}), plan()).same


def test_a_service_that_the_stage_before_lacks_is_told_with_the_nearest() -> None:
    assert "Its nearest is chat." in unproved("chta", ["chat"], stage="staging-1").hint


def test_overrides_that_match_nothing_are_told() -> None:
    (problem,) = not_a_key(["scaling", "resource"], list(keys(Service)))
    assert problem.path == "overrides[resource]"
    assert "Did you mean resources?" in problem.hint
    assert list(not_a_key(OVERRIDES, list(keys(Service)))) == []


def test_the_hash_of_an_entry_outlives_the_weight_of_its_canary_and_nothing_else() -> None:
    def canary(weight: int, **overrides: Any) -> str:
        return entry_hash(plan(rollout={"canary": {"weight": weight, "overrides": overrides}}))

    assert canary(10, image="a:1") == canary(50, image="a:1")
    assert canary(10, image="a:1") != canary(10, image="a:2")
    assert canary(0) != entry_hash(plan())
    assert entry_hash(plan(scaling={"min": 2})) != entry_hash(plan())


def test_a_specification_speaks_the_keys_of_the_inventory() -> None:
    found = specification(plan(env={"A": "1"}))
    assert found["env.A"] == "1"
    assert found["model.source"] == "org/m"
    assert found["image"].startswith("docker.io/vllm/")
