# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A canary gets requests when it is ready, and not before; by the real controllers."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import Outcome, apply, remove
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._fleet import load
from ansible_collections.inferops.serving.plugins.module_utils._plan import plan
from ansible_collections.inferops.serving.plugins.module_utils._sets.services import service_set

from tests.support.lab import Lab

pytestmark = [pytest.mark.proof("C")]

GOOD = {"env": {"VERSION": "2"}}
BROKEN = {"image": "registry.example/does-not-exist:2", "version": "0.33.0"}


class Rollout:
    """One service behind a route, rolled out with one canary after the other."""

    def __init__(self, client: Client, namespace: str, platform: str) -> None:
        self.client, self.namespace, self.platform = client, namespace, platform

    def of(self, weight: int | None, **overrides: Any) -> Outcome:
        canary = {} if weight is None else {"canary": {"weight": weight, "overrides": overrides}}
        entry = {
            "name": "chat",
            "namespace": self.namespace,
            "model": "m",
            "engine": "simulator",
            "platform": self.platform,
            "expose": {"type": "istio", "host": "llm.example", "gateway": "istio-system/shared"},
            "rollout": canary,
        }
        fleet, problems = load({"llm_models": [{"name": "m", "source": "org/m"}], "llm_serving": [entry]})
        assert not problems
        self.set = service_set(plan(fleet)[0])
        (outcome,) = apply(self.client, [self.set], wait_timeout=60)
        return outcome

    @property
    def weights(self) -> dict[str, int]:
        """As the API server has them."""
        (route,) = self.client.list("networking.istio.io/v1", "VirtualService", namespace=self.namespace)
        (rule,) = route["spec"]["http"]
        return {each["destination"]["subset"]: each["weight"] for each in rule["route"]}

    def variables(self, service: str) -> list[dict[str, str]]:
        """Environment of the pods behind a Service that run."""
        found = self.client.get("v1", "Service", service, self.namespace)
        assert found is not None
        selector = ",".join(f"{key}={value}" for key, value in found["spec"]["selector"].items())
        pods = self.client.list("v1", "Pod", namespace=self.namespace, label_selector=selector)
        return [
            {each["name"]: each.get("value", "") for each in pod["spec"]["containers"][0].get("env", [])}
            for pod in pods
            if pod["status"]["phase"] == "Running"
        ]


@pytest.mark.req("S2-29", "S4-35")
@pytest.mark.parametrize(
    ("platform", "services"),
    [
        ("deployment", ("chat", "chat-canary")),
        ("kserve", ("chat-predictor", "chat-canary-predictor")),
    ],
)
def test_shares_change_when_the_canary_is_ready(lab: Lab, platform: str, services: tuple[str, str]) -> None:
    client = connect({"kubeconfig": str(lab.kubeconfig)})
    rollout = Rollout(client, lab.namespace("canary"), platform)
    try:
        assert rollout.of(None).diagnosis == []
        assert rollout.weights == {"main": 100}

        broken = rollout.of(20, **BROKEN)
        assert any("does-not-exist" in str(one) for one in broken.diagnosis), broken.diagnosis
        assert rollout.weights == {"main": 100}, "nobody is sent to what does not serve"

        assert [str(one) for one in rollout.of(20, **GOOD).diagnosis] == []
        assert rollout.weights == {"main": 80, "canary": 20}
        main, canary = (rollout.variables(name) for name in services)
        assert [each.get("VERSION") for each in main] == [None]
        assert [each.get("VERSION") for each in canary] == ["2"]
        assert rollout.of(20, **GOOD).changed is False

        assert rollout.of(None).diagnosis == []
        assert rollout.weights == {"main": 100}
        left = client.get("v1", "Service", services[1], rollout.namespace)
        assert left is None or "deletionTimestamp" in left["metadata"], "the canary is gone"
    finally:
        remove(client, [rollout.set])
