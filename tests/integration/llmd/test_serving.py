# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both providers bring their services to Ready under the real controllers, and the services answer."""

from __future__ import annotations

import time
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client
from ansible_collections.inferops.serving.plugins.module_utils._probe import (
    Site,
    facts,
    smoke_test,
    target_of,
)

from tests.integration.llmd.conftest import SERVICES, Services

pytestmark = [pytest.mark.proof("C")]

ROLE = "llm-d.ai/role"


def conditions(service: dict[str, Any]) -> dict[str, str]:
    return {each["type"]: each["status"] for each in service["status"]["conditions"]}


@pytest.mark.req("S2-04", "S2-05", "S2-32", "S2-36", "S2-43")
def test_a_second_run_finds_everything_as_it_is(services: Services) -> None:
    """The first, which the fixture made, waited until all were ready."""
    again = services.roll_out(SERVICES)
    assert not again.changed, [one for one in again.verdicts if one.changed]
    for name in ("hosted-halves", "hosted-group", "hosted-stages"):
        found = services.get("serving.kserve.io/v1alpha2", "LLMInferenceService", name)
        wanted = {"PresetsCombined", "WorkloadsReady", "RouterReady", "InferencePoolReady", "Ready"}
        assert {conditions(found)[each] for each in wanted} == {"True"}


@pytest.mark.req("S2-34")
@pytest.mark.parametrize("name", ["halves", "hosted-halves"])
def test_each_role_has_its_own_number_of_pods(services: Services, name: str) -> None:
    pods = {
        role: services.list("v1", "Pod", **{"inferops.serving/service": name, ROLE: role})
        for role in ("decode", "prefill")
    }
    assert {role: len(found) for role, found in pods.items()} == {"decode": 1, "prefill": 2}
    (decode,) = pods["decode"]
    proxy = decode["spec"]["initContainers"][-1]
    assert proxy["restartPolicy"] == "Always"
    assert proxy["ports"][0]["containerPort"] == 8000
    mounted = [mount["mountPath"] for mount in proxy["volumeMounts"]]
    assert "/var/run/secrets/kubernetes.io/serviceaccount" in mounted


@pytest.mark.req("S2-33", "S2-39")
@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("group", "group-group"),
        ("hosted-group", "hosted-group-kserve-mn"),
        ("hosted-stages", "hosted-stages-kserve-mn"),
    ],
)
def test_a_group_has_a_leader_and_workers(services: Services, name: str, made: str) -> None:
    group = services.get("leaderworkerset.x-k8s.io/v1", "LeaderWorkerSet", made)
    assert group["spec"]["leaderWorkerTemplate"]["size"] == 2
    pods = services.list("v1", "Pod", **{"leaderworkerset.sigs.k8s.io/name": made})
    assert sorted(pod["metadata"]["name"] for pod in pods) == [f"{made}-0", f"{made}-0-1"]
    serving = services.list("v1", "Pod", **{"inferops.serving/service": name, ROLE: "both"})
    assert [pod["metadata"]["name"] for pod in serving] == [f"{made}-0"]


@pytest.mark.req("S2-35")
@pytest.mark.parametrize(
    ("name", "pool"),
    [
        ("halves", "halves"),
        ("group", "group"),
        ("hosted-halves", "hosted-halves-inference-pool"),
        ("hosted-group", "hosted-group-inference-pool"),
    ],
)
def test_the_pool_has_the_pods_that_take_requests_and_a_picker(
    services: Services, name: str, pool: str
) -> None:
    found = services.get("inference.networking.k8s.io/v1", "InferencePool", pool)["spec"]
    chosen = services.list("v1", "Pod", **found["selector"]["matchLabels"])
    assert len(chosen) == (3 if "halves" in name else 1)
    assert {pod["metadata"]["labels"]["inferops.serving/service"] for pod in chosen} == {name}
    (port,) = found["targetPorts"]
    for pod in chosen:
        containers = [*pod["spec"]["containers"], *pod["spec"].get("initContainers", [])]
        assert port["number"] in [
            each["containerPort"] for one in containers for each in one.get("ports", [])
        ]
    reference = found["endpointPickerRef"]
    service = services.get("v1", "Service", reference["name"])
    assert reference["port"]["number"] in [each["port"] for each in service["spec"]["ports"]]
    assert services.list("v1", "Pod", **service["spec"]["selector"])


@pytest.mark.req("S2-35")
def test_objectives_and_rewrites_are_taken(services: Services) -> None:
    objective = services.get("llm-d.ai/v1alpha2", "InferenceObjective", "gold")
    assert objective["spec"]["poolRef"]["name"] == "halves"
    rewrite = services.get("llm-d.ai/v1alpha2", "InferenceModelRewrite", "fast")
    assert rewrite["spec"]["poolRef"]["name"] == "halves"


@pytest.mark.proof("E", stand_in="llm-d-inference-sim in the place of vLLM")
@pytest.mark.req("S2-44")
def test_all_of_them_answer(services: Services, client: Client) -> None:
    targets = [target_of(plan) for plan in services.planned(SERVICES)]
    results = smoke_test(
        targets, site=Site(client=client), reach="port-forward", deadline=time.monotonic() + 60
    )
    assert [facts(result) for result in results if not result.ok] == []
    assert len(results) == len(SERVICES)
