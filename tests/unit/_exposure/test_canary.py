# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply.stages import Stage, stage_of
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects

from tests.unit._plan.inventory import planned

IMAGE = "vllm/vllm-openai:v0.32.0"
CANARY = {"canary": {"weight": 20, "overrides": {"image": IMAGE, "env": {"VLLM_LOGGING_LEVEL": "DEBUG"}}}}


def objects(kind: str, **given: Any) -> dict[str, dict[str, Any]]:
    """The objects of a kind by name."""
    made = service_objects(planned(**{"rollout": CANARY, **given}))
    return {each["metadata"]["name"]: each for each in made if each["kind"] == kind}


@pytest.mark.req("S4-35")
def test_a_second_deployment_with_what_differs() -> None:
    given = {"env": {"VLLM_LOGGING_LEVEL": "INFO", "HF_HUB_DISABLE_TELEMETRY": "1"}, "shm_size": "4Gi"}
    made = objects("Deployment", expose={"type": "istio"}, **given)
    assert set(made) == {"chat", "chat-canary"}
    (main,), (canary,) = (made[name]["spec"]["template"]["spec"]["containers"] for name in sorted(made))
    assert (canary["image"], main["image"] == IMAGE) == (IMAGE, False)
    variables = {each["name"]: each.get("value") for each in canary["env"]}
    assert variables["VLLM_LOGGING_LEVEL"] == "DEBUG"
    assert variables["HF_HUB_DISABLE_TELEMETRY"] == "1", "what is not overridden stays"


@pytest.mark.req("S4-35")
def test_the_two_select_pods_of_their_own() -> None:
    made = objects("Service", expose={"type": "istio"})
    selectors = [each["spec"]["selector"] for each in made.values()]
    assert selectors[0] != selectors[1]
    deployments = objects("Deployment", expose={"type": "istio"})
    assert selectors == [each["spec"]["selector"]["matchLabels"] for each in deployments.values()]


@pytest.mark.req("S4-35", "S2-29")
@pytest.mark.parametrize("kind", ["route", "istio", "gateway-api", "traefik"])
def test_weights(kind: str) -> None:
    expose = {"type": kind, "host": "llm.example"}
    if kind == "gateway-api":
        expose["gateway"] = "gateways/shared"
    shares = _shares(kind, service_objects(planned(rollout=CANARY, expose=expose)))
    assert shares == {"chat": 80, "chat-canary": 20}


@pytest.mark.req("S2-29")
def test_two_services_of_kserve_behind_one_route() -> None:
    expose = {"type": "gateway-api", "host": "llm.example", "gateway": "gateways/shared"}
    made = service_objects(planned(platform="kserve", rollout=CANARY, expose=expose))
    services = {each["metadata"]["name"]: each for each in made if each["kind"] == "InferenceService"}
    assert set(services) == {"chat", "chat-canary"}
    assert not any("canary" in each["spec"] for each in services.values())
    assert _shares("gateway-api", made) == {"chat-predictor": 80, "chat-canary-predictor": 20}


def test_all_or_nothing_are_weights_too() -> None:
    for weight in (0, 100):
        plan = planned(rollout={"canary": {"weight": weight}}, expose={"type": "istio"})
        assert _shares("istio", service_objects(plan)) == {"chat": 100 - weight, "chat-canary": weight}


def test_the_canary_replaces_no_pods_of_the_service() -> None:
    alone = planned(expose={"type": "istio"})
    beside = planned(expose={"type": "istio"}, rollout=CANARY)
    assert alone.spec_hash == beside.spec_hash
    assert beside.canary is not None
    assert beside.canary.spec_hash != beside.spec_hash


def _shares(kind: str, objects: list[dict[str, Any]]) -> dict[str, int]:
    by_kind = {each["kind"]: each["spec"] for each in objects}
    if kind == "route":
        spec = by_kind["Route"]
        return {each["name"]: each["weight"] for each in (spec["to"], *spec["alternateBackends"])}
    if kind == "istio":
        (rule,) = by_kind["VirtualService"]["http"]
        return {each["destination"]["host"]: each["weight"] for each in rule["route"]}
    if kind == "gateway-api":
        (rule,) = by_kind["HTTPRoute"]["rules"]
        return {each["name"]: each["weight"] for each in rule["backendRefs"]}
    (rule,) = by_kind["IngressRoute"]["routes"]
    return {each["name"]: each["weight"] for each in rule["services"]}


@pytest.mark.req("S2-29")
@pytest.mark.parametrize("kind", ["route", "istio", "gateway-api", "traefik"])
def test_only_what_shares_requests_out_waits_for_the_canary(kind: str) -> None:
    expose = {"type": kind, "host": "llm.example"}
    if kind == "gateway-api":
        expose["gateway"] = "gateways/shared"

    def waiting(**rollout: Any) -> list[str]:
        made = service_objects(planned(expose=expose, rollout=rollout))
        return [each["kind"] for each in made if stage_of(each) is Stage.SHARES]

    assert waiting() == []
    assert waiting(**CANARY) == [
        {"route": "Route", "istio": "VirtualService", "gateway-api": "HTTPRoute", "traefik": "IngressRoute"}[
            kind
        ]
    ]
