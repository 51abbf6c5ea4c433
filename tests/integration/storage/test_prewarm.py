# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A shared cache is filled by a Job before the servers that read it, by the real controllers."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import apply, remove
from ansible_collections.inferops.serving.plugins.module_utils._cluster import connect
from ansible_collections.inferops.serving.plugins.module_utils._fleet import Fleet, load
from ansible_collections.inferops.serving.plugins.module_utils._plan import plan
from ansible_collections.inferops.serving.plugins.module_utils._sets import store_sets
from ansible_collections.inferops.serving.plugins.module_utils._sets.services import service_set

from tests.support.lab import Lab

pytestmark = [pytest.mark.proof("C")]


def fleet(namespace: str) -> Fleet:
    nfs = {"server": "sfs.example", "path": "/shares/1"}
    found, problems = load(
        {
            "llm_cluster": {"gpu_nodes": {"label": "nvidia.com/gpu.present=true"}},
            "llm_stores": [{"name": "sfs", "kind": "nfs", "size": "50Gi", "pv": {"nfs": nfs}}],
            "llm_models": [{"name": "gpt2", "source": "openai-community/gpt2"}],
            "llm_serving": [
                {
                    "name": "gpt2",
                    "namespace": namespace,
                    "model": "gpt2",
                    "engine": "vllm",
                    "cache": {"store": "sfs", "prewarm": True},
                    "scaling": {"min": 2},
                }
            ],
        }
    )
    assert not problems
    return found


@pytest.mark.req("S4-14", "S4-17", "S4-21", "S1-81")
def test_servers_start_when_the_cache_is_full(lab: Lab) -> None:
    client = connect({"kubeconfig": str(lab.kubeconfig)})
    namespace = lab.namespace("prewarm")
    everything = fleet(namespace)
    stores, service = store_sets(everything), service_set(plan(everything)[0])
    try:
        told = [one for outcome in apply(client, [*stores, service]) for one in outcome.diagnosis]
        assert [str(one) for one in told] == []
        (job,) = client.list("batch/v1", "Job", namespace=namespace)
        (deployment,) = client.list("apps/v1", "Deployment", namespace=namespace)
        assert job["status"]["completionTime"] <= deployment["metadata"]["creationTimestamp"]
        (ended,) = _pods(client, namespace, job["spec"]["template"]["metadata"]["labels"])
        assert ended["metadata"]["labels"]["sidecar.istio.io/inject"] == "false"
        assert not any(outcome.changed for outcome in apply(client, [*stores, service]))
    finally:
        remove(client, [service])
        remove(client, store_sets(everything, purge=True))


def _pods(client: Any, namespace: str, labels: dict[str, str]) -> list[dict[str, Any]]:
    selector = ",".join(f"{key}={value}" for key, value in labels.items())
    found = client.list("v1", "Pod", namespace=namespace, label_selector=selector)
    return [each for each in found if each["status"]["phase"] == "Succeeded"]
