# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._rules.asking import found, paths

LLMD = {"platform": "llmd"}
BY_KSERVE = {"platform": "llmd", "llmd": {"provider": "kserve"}}
MEASURED = {"components": {"prometheus": {"url": "http://prometheus:9090"}}}
QUEUE = {"min": 1, "max": 4, "metric": "queue_time"}


def grouped(**topology: Any) -> dict[str, Any]:
    return {"topology": {"pods": "per-node", **topology}}


@pytest.mark.req("S2-03")
@pytest.mark.parametrize("platform", ["deployment", "kserve"])
@pytest.mark.parametrize(
    "given",
    [{"prefill": {"replicas": 2}}, {"router": {"prefix_aware": True}}, {"llmd": {"provider": "kserve"}}],
)
def test_what_only_llmd_has_is_refused_elsewhere(platform: str, given: dict[str, Any]) -> None:
    (problem,) = found("V-03", {"platform": platform, **given})
    assert problem.path == f"llm_serving[a].{next(iter(given))}"
    assert "platform: llmd" in problem.hint


@pytest.mark.req("S2-03")
def test_llmd_has_prefill_and_a_router() -> None:
    assert not found("V-03", {**LLMD, "prefill": {"replicas": 2}, "router": {"prefix_aware": False}})


@pytest.mark.req("S2-33", "S2-34")
def test_the_number_of_prefill_pods_is_said_once() -> None:
    prefill = {"replicas": 2, "scaling": QUEUE}
    monitoring = {"podmonitor": True}
    problems = found("V-03", {**LLMD, "prefill": prefill, "monitoring": monitoring}, cluster=MEASURED)
    assert paths(problems) == ["llm_serving[a].prefill.replicas"]
    scaled = {**LLMD, "prefill": {"scaling": QUEUE}, "monitoring": monitoring}
    assert not found("V-03", scaled, cluster=MEASURED)


@pytest.mark.req("S2-33", "S2-40")
def test_prefill_scales_by_what_the_platform_measures_and_with_a_bound() -> None:
    for scaling, key in (
        ({"min": 1, "max": 2, "metric": "cpu"}, "metric"),
        ({"min": 1, "metric": "external", "query": "sum(x)"}, "max"),
    ):
        problems = found("V-03", {**LLMD, "prefill": {"scaling": scaling}}, cluster=MEASURED)
        assert paths(problems) == [f"llm_serving[a].prefill.scaling.{key}"]


@pytest.mark.req("S2-28")
def test_no_copy_at_all_needs_the_pickers_queue_to_be_read() -> None:
    nothing = {**LLMD, "scaling": {**QUEUE, "min": 0}}
    (problem,) = found("V-03", nothing, cluster=MEASURED)
    assert (problem.path, problem.severity) == ("llm_serving[a].scaling.metric", "error")
    assert not found("V-03", {**nothing, "monitoring": {"podmonitor": True}}, cluster=MEASURED)
    (problem,) = found("V-03", {**LLMD, "scaling": QUEUE}, cluster=MEASURED)
    assert problem.severity == "warning"


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"engine_args": {"extra": ["--chat-template={{x}}"]}}, "engine_args.extra[0]"),
        ({"env": {"A": "{{ .Spec }}"}}, "env.A"),
        ({"annotations": {"a": "{{"}}, "annotations.a"),
    ],
)
def test_kserve_would_fill_in_what_looks_like_a_template(given: dict[str, Any], path: str) -> None:
    assert paths(found("V-03", {**BY_KSERVE, **given})) == [f"llm_serving[a].{path}"]
    assert not found("V-03", {**LLMD, **given})


@pytest.mark.req("S2-33")
@pytest.mark.parametrize(
    ("topology", "key"),
    [
        ({"pipeline": 2, "data": 2, "gpus_per_node": 2}, "pipeline"),
        ({"tensor": 8, "gpus_per_node": 4}, "pods"),
        ({"tensor": 2, "pipeline": 4, "gpus_per_node": 4}, "gpus_per_node"),
        ({"tensor": 8, "data": 2, "gpus_per_node": 4}, "gpus_per_node"),
    ],
)
def test_what_kserve_cannot_spread_over_pods(topology: dict[str, int], key: str) -> None:
    (problem,) = found("V-04", {**BY_KSERVE, **grouped(**topology)})
    assert problem.path == f"llm_serving[a].topology.{key}"
    assert "KServe" in problem.message
    assert "llmd.provider: native" in problem.hint
    assert not found("V-04", {**LLMD, **grouped(**topology)})


@pytest.mark.req("S2-33")
def test_stages_in_several_pods_beside_prefill() -> None:
    stages = grouped(pipeline=2, gpus_per_node=1)
    (problem,) = found("V-04", {**BY_KSERVE, **stages, "prefill": {"replicas": 1}})
    assert problem.path == "llm_serving[a].topology.pods"
    assert not found("V-04", {**BY_KSERVE, "prefill": stages})


@pytest.mark.req("S2-33", "S2-39")
@pytest.mark.parametrize("platform", [LLMD, BY_KSERVE])
@pytest.mark.parametrize(
    "topology",
    [
        {"tensor": 2, "pipeline": 4, "gpus_per_node": 2},
        {"tensor": 2, "data": 8, "gpus_per_node": 8},
        {"data": 16, "gpus_per_node": 8, "expert": True},
    ],
)
def test_copies_that_both_providers_spread(platform: dict[str, Any], topology: dict[str, Any]) -> None:
    assert not found("V-04", {**platform, **grouped(**topology)})


@pytest.mark.req("S2-33")
def test_engines_that_no_pod_holds_whole() -> None:
    (problem,) = found("V-04", {**LLMD, **grouped(tensor=4, data=3, gpus_per_node=6)})
    assert problem.path == "llm_serving[a].topology.gpus_per_node"
    assert "multiple of 4" in problem.hint
    (problem,) = found("V-04", {**LLMD, **grouped(data=8, gpus_per_node=3)})
    assert "1, 2, 4, 8" in problem.hint


@pytest.mark.req("S2-34", "S2-38")
def test_the_pods_that_only_read_prompts_have_a_topology_of_their_own() -> None:
    prefill = {"topology": {"tensor": 3}}
    (problem,) = found("V-04", {**LLMD, "prefill": prefill}, model={"source": "org/llama-3-8b"})
    assert problem.path == "llm_serving[a].prefill.topology.tensor"


@pytest.mark.req("S2-33")
def test_kserve_takes_no_adapters_from_a_registry() -> None:
    store = {"name": "registry", "kind": "oci", "registry": "registry.example/models"}
    model = {"store": "registry", "adapters": [{"name": "sql", "source": "sql", "rank": 8}]}
    lora = {"lora": {"enabled": True, "max_rank": 8}}
    (problem,) = found("V-15", {**BY_KSERVE, **lora}, model=model, stores=[store])
    assert problem.path == "llm_serving[a].lora.enabled"
    assert not found("V-15", {**LLMD, **lora}, model=model, stores=[store])


@pytest.mark.req("S2-33")
def test_names_that_kserve_would_cut() -> None:
    name = "a" * 48
    assert paths(found("V-20", {**BY_KSERVE, "name": name})) == [f"llm_serving[{name}].name"]
    assert not found("V-20", {**LLMD, "name": name})


@pytest.mark.req("S2-35")
def test_a_way_in_past_the_picker_is_told() -> None:
    for kind, prefill, severity in (
        ("cluster", None, "warning"),
        ("cluster", {"replicas": 1}, "warning"),
        ("loadbalancer", None, "warning"),
        ("loadbalancer", {"replicas": 1}, "error"),
    ):
        given = {**LLMD, "expose": {"type": kind}, **({"prefill": prefill} if prefill else {})}
        (problem,) = found("V-22", given)
        assert (problem.path, problem.severity) == ("llm_serving[a].expose.type", severity)
    routed = {"expose": {"type": "gateway-api", "gateway": "edge/public"}}
    assert not found("V-22", {**LLMD, **routed})
    assert not found("V-22", BY_KSERVE)


@pytest.mark.req("S2-29")
def test_a_canary_needs_a_route_of_ours_to_two_pools() -> None:
    canary = {"rollout": {"canary": {"weight": 20, "overrides": {"scaling": {"min": 2}}}}}
    routed = {"expose": {"type": "gateway-api", "gateway": "edge/public"}}
    assert not found("V-22", {**LLMD, **canary, **routed})
    for given in (
        {**LLMD, **canary, "expose": {"type": "istio", "gateway": "a/b"}},
        {**BY_KSERVE, **canary, **routed},
    ):
        assert "llm_serving[a].rollout.canary" in paths(found("V-22", given))


@pytest.mark.req("S2-35")
def test_an_objective_is_named_once_in_a_namespace() -> None:
    router = {"router": {"objectives": {"gold": {"priority": 1}}}}
    (problem,) = found("V-20", {**LLMD, **router}, {**LLMD, **router, "name": "b"})
    assert problem.path == "llm_serving[b].router.objectives.gold"
    elsewhere = {**LLMD, **router, "name": "b", "namespace": "other"}
    assert not found("V-20", {**LLMD, **router}, elsewhere)
    misnamed = {**LLMD, "router": {"model_rewrites": {"Fast Lane": {"rules": []}}}}
    assert paths(found("V-20", misnamed)) == ["llm_serving[a].router.model_rewrites.Fast Lane"]
    canary = {"rollout": {"canary": {"weight": 20, "overrides": {"scaling": {"min": 2}}}}}
    assert not found("V-20", {**LLMD, **router, **canary})
