# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KServe's controller over Knative Serving's own webhook, controller and autoscaler.

No request passes: what is shown is what they admit, make and report, and that our gate says the same before.
KNATIVE_LAB_KUBECONFIG names a lab with Knative that runs already.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._preflight import preflight
from ansible_collections.inferops.serving.plugins.module_utils._rollout import Rollout, Verdict, roll_out

from tests.integration.preflight.asking import errors, plans
from tests.support.lab import Lab, eventually, running

pytestmark = [pytest.mark.proof("C")]

FEATURES = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "config-features", "namespace": "knative-serving"},
}
NODES = [
    {"name": "cpu", "count": 2},
    {"name": "gpu", "gpus": 8, "labels": {"nvidia.com/gpu": "present"}, "count": 1},
]
SIMULATED = {
    "engine": "simulator",
    "platform": "kserve",
    "kserve": {"mode": "Knative"},
    "scaling": {"min": 1, "max": 4, "metric": "concurrency", "target": 16},
}
WITH_GPU = {**SIMULATED, "name": "g", "engine": "vllm"}
FLAGS = ("kubernetes.podspec-affinity", "kubernetes.podspec-tolerations")


@pytest.fixture(scope="module")
def knative(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    given = os.environ.get("KNATIVE_LAB_KUBECONFIG")
    if given:
        yield Lab(Path(given))
        return
    controllers = {"kserve": True, "knative": True, "gateway": True}
    with running(tmp_path_factory.mktemp("knative"), nodes=NODES, controllers=controllers) as made:
        yield made


@pytest.fixture
def client(knative: Lab) -> Iterator[Client]:
    found = connect({"kubeconfig": str(knative.kubeconfig)})
    _set(found, dict.fromkeys(FLAGS))
    yield found
    _set(found, dict.fromkeys(FLAGS))


@pytest.fixture
def namespace(knative: Lab) -> str:
    return knative.namespace("knative")


def _set(client: Client, flags: Mapping[str, str | None]) -> None:
    client.patch(FEATURES, {"data": dict(flags)})


def _roll_out(
    client: Client, namespace: str, *entries: Mapping[str, Any], seconds: float = 60
) -> list[Verdict]:
    asked = plans(namespace, *entries)
    return list(roll_out(client, asked, Rollout(wait_timeout=seconds)).verdicts)


def _revision(client: Client, namespace: str, name: str) -> dict[str, Any]:
    """The newest revision that Knative made for a service."""
    service = client.get("serving.knative.dev/v1", "Service", f"{name}-predictor", namespace)
    assert service is not None
    revision = service["status"]["latestCreatedRevisionName"]
    found = client.get("serving.knative.dev/v1", "Revision", revision, namespace)
    assert found is not None
    return found


@pytest.mark.req("S0-21")
def test_the_gate_names_the_flags_that_the_webhook_then_asks_for(client: Client, namespace: str) -> None:
    (found,) = errors(client, plans(namespace, WITH_GPU))
    assert "Knative refuses affinity and tolerations of the pods" in found
    assert all(f"{flag}: enabled" in found for flag in FLAGS)
    (verdict,) = _roll_out(client, namespace, WITH_GPU, seconds=5)
    said = " ".join(str(one) for one in verdict.diagnosis)
    assert "must not set the field(s): spec.template.spec.affinity, spec.template.spec.tolerations" in said

    _set(client, {FLAGS[0]: "enabled", FLAGS[1]: "enabledd"})
    (found,) = errors(client, plans(namespace, WITH_GPU))
    assert "Knative refuses tolerations of the pods" in found
    assert 'kubernetes.podspec-tolerations: "enabledd"' in found

    _set(client, dict.fromkeys(FLAGS, "Enabled"))
    assert errors(client, plans(namespace, WITH_GPU)) == []
    (verdict,) = _roll_out(client, namespace, {**WITH_GPU, "labels": {"again": "now"}}, seconds=90)
    assert verdict.ready, [str(one) for one in verdict.diagnosis]
    pods = client.list("v1", "Pod", namespace=namespace)
    assert pods
    assert all(pod["spec"]["nodeName"].startswith("gpu") for pod in pods)


@pytest.mark.proof("C", "E")
@pytest.mark.req("S0-10", "S0-11", "S0-12", "S0-14", "S0-16", "S2-25")
def test_scaling_reaches_the_revision(client: Client, namespace: str) -> None:
    scaled = {**SIMULATED, "scaling": {"min": 3, "max": 5, "metric": "rps", "target": 4}}
    (verdict,) = _roll_out(client, namespace, scaled)
    assert verdict.ready, [str(one) for one in verdict.diagnosis]
    revision = _revision(client, namespace, "a")
    annotations = revision["metadata"]["annotations"]
    given = {
        name: annotations[f"autoscaling.knative.dev/{name}"]
        for name in ("min-scale", "max-scale", "metric", "target")
    }
    assert given == {"min-scale": "3", "max-scale": "5", "metric": "rps", "target": "4"}
    assert annotations["serving.knative.dev/progress-deadline"] == "1500s"
    assert revision["spec"]["timeoutSeconds"] == 600
    eventually(lambda: len(client.list("v1", "Pod", namespace=namespace)) == 3)
    (container,) = [each for each in revision["spec"]["containers"] if each["name"] == "kserve-container"]
    assert container["securityContext"]["runAsNonRoot"] is True
    assert [port["name"] for port in container["ports"]] == ["http1"]


def test_nothing_runs_where_nothing_has_to(client: Client, namespace: str) -> None:
    to_zero = {**SIMULATED, "scaling": {"min": 0, "max": 2, "metric": "concurrency", "target": 16}}
    (verdict,) = _roll_out(client, namespace, to_zero)
    assert verdict.ready, [str(one) for one in verdict.diagnosis]
    assert (
        _revision(client, namespace, "a")["metadata"]["annotations"]["autoscaling.knative.dev/min-scale"]
        == "0"
    )

    (stopped,) = _roll_out(client, namespace, {**to_zero, "state": "stopped"})
    assert not stopped.diagnosis
    eventually(lambda: client.list("v1", "Pod", namespace=namespace) == [])
    assert client.get("serving.knative.dev/v1", "Service", "a-predictor", namespace) is None
    (verdict,) = _roll_out(client, namespace, to_zero)
    assert verdict.ready, [str(one) for one in verdict.diagnosis]


@pytest.mark.req("S2-29")
def test_a_canary_shares_by_percent_and_is_promoted_or_taken_back(client: Client, namespace: str) -> None:
    canary = {**SIMULATED, "rollout": {"canary": {"weight": 20, "overrides": {"env": {"NEW": "1"}}}}}
    (found,) = errors(client, plans(namespace, canary))
    assert "V-22 llm_serving[a].rollout.canary: nothing runs yet" in found

    _roll_out(client, namespace, SIMULATED)
    first = _revision(client, namespace, "a")["metadata"]["name"]
    eventually(lambda: _rolled_out(client, namespace) == first)
    assert errors(client, plans(namespace, canary)) == []
    (verdict,) = _roll_out(client, namespace, canary)
    assert verdict.ready, [str(one) for one in verdict.diagnosis]
    newest = _revision(client, namespace, "a")
    assert newest["metadata"]["name"] != first
    assert {"name": "NEW", "value": "1"} in newest["spec"]["containers"][0]["env"]
    assert _shares(client, namespace) == {first: 80, newest["metadata"]["name"]: 20}

    (verdict,) = _roll_out(client, namespace, SIMULATED)
    assert verdict.ready
    eventually(lambda: set(_shares(client, namespace).values()) == {100})
    again = _revision(client, namespace, "a")["spec"]["containers"][0]["env"]
    assert "NEW" not in {variable["name"] for variable in again}


def _rolled_out(client: Client, namespace: str) -> str:
    service = client.get("serving.kserve.io/v1beta1", "InferenceService", "a", namespace) or {}
    predictor = service.get("status", {}).get("components", {}).get("predictor", {})
    return str(predictor.get("latestRolledoutRevision", ""))


def _shares(client: Client, namespace: str) -> dict[str, int]:
    """What Knative's route gives to each revision."""
    service = client.get("serving.knative.dev/v1", "Service", "a-predictor", namespace) or {}
    traffic = service.get("status", {}).get("traffic") or ()
    return {target["revisionName"]: target["percent"] for target in traffic if target.get("percent")}


@pytest.mark.req("S0-19")
def test_the_mode_of_a_service_is_told_to_stay(client: Client, namespace: str) -> None:
    _roll_out(client, namespace, SIMULATED)
    standard = {**SIMULATED, "kserve": {"mode": "Standard"}, "scaling": {"min": 1}}
    (found,) = errors(client, plans(namespace, standard))
    assert "runs in mode Knative, and the mode cannot change to Standard" in found
    (problem,) = preflight(client, plans(namespace, standard)).problems
    assert "recreate: true" in problem.hint
