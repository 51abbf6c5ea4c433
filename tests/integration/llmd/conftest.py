# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services on llm-d, all rolled out together, by both who can make them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._plan import ServicePlan, plan
from ansible_collections.inferops.serving.plugins.module_utils._rollout import Rollout, roll_out, take_away
from ansible_collections.inferops.serving.plugins.module_utils._rollout.rollout import Result

from tests.integration.conftest import Lab
from tests.unit._plan.inventory import fleet

Object = dict[str, Any]

BY_KSERVE = {"provider": "kserve"}
GROUP = {"data": 4, "expert": True, "pods": "per-node", "gpus_per_node": 2}
STAGES = {"pipeline": 2, "pods": "per-node", "gpus_per_node": 1}
ROUTER = {
    "scheduler_replicas": 1,
    "objectives": {"gold": {"priority": 10}},
    "model_rewrites": {
        "fast": {
            "rules": [
                {
                    "matches": [{"model": {"type": "Exact", "value": "fast"}}],
                    "targets": [{"modelRewrite": "tiny", "weight": 100}],
                }
            ]
        }
    },
}
SERVICES: dict[str, Object] = {
    "halves": {"prefill": {"replicas": 2}, "router": ROUTER},
    "group": {"topology": GROUP},
    "hosted-halves": {"prefill": {"replicas": 2}, "llmd": BY_KSERVE},
    "hosted-group": {"topology": GROUP, "llmd": BY_KSERVE},
    "hosted-stages": {"topology": STAGES, "llmd": BY_KSERVE},
}


class Services:
    """One namespace of services on llm-d."""

    def __init__(self, client: Client, namespace: str) -> None:
        self.client = client
        self.namespace = namespace

    def planned(self, services: dict[str, Object], **everywhere: Any) -> Sequence[ServicePlan]:
        plain = {"namespace": self.namespace, "model": "tiny", "engine": "simulator", "platform": "llmd"}
        entries = [{**plain, "name": name, **given} for name, given in services.items()]
        model = {"name": "tiny", "source": "facebook/opt-125m"}
        return plan(fleet(entries, models=[model], **everywhere))

    def roll_out(self, services: dict[str, Object], **asked: Any) -> Result:
        return roll_out(self.client, self.planned(services), Rollout(wait_timeout=120, **asked))

    def list(self, api_version: str, kind: str, **labels: str) -> list[Object]:
        selector = ",".join(f"{key}={value}" for key, value in labels.items())
        return self.client.list(api_version, kind, namespace=self.namespace, label_selector=selector)

    def get(self, api_version: str, kind: str, name: str) -> Object:
        found = self.client.get(api_version, kind, name, self.namespace)
        assert found is not None, f"no {kind} {name}"
        return found


@pytest.fixture(scope="session")
def client(lab: Lab) -> Client:
    return connect({"kubeconfig": str(lab.kubeconfig)})


@pytest.fixture(scope="module")
def services(lab: Lab, client: Client) -> Iterator[Services]:
    """All of them, ready."""
    made = Services(client, lab.namespace("llmd"))
    result = made.roll_out(SERVICES)
    states = {one.name: (one.ready, one.diagnosis) for one in result.verdicts}
    assert states == dict.fromkeys(SERVICES, (True, ()))
    yield made
    take_away(client, made.planned(SERVICES), Rollout(wait_timeout=60))


@pytest.fixture
def empty(lab: Lab, client: Client) -> Iterator[Services]:
    made = Services(client, lab.namespace("llmd"))
    yield made
    client.delete({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": made.namespace}})
