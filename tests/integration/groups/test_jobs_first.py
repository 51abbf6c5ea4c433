# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Job that comes before the servers, as any set may have one."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import ObjectSet, Outcome, apply
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect

from tests.support.lab import Lab

pytestmark = [pytest.mark.proof("C")]


@pytest.fixture
def client(crowd: Lab) -> Client:
    return connect({"kubeconfig": str(crowd.kubeconfig)})


def pod(name: str, **simulated: str) -> dict[str, Any]:
    return {
        "metadata": {
            "labels": {"app": name},
            "annotations": {f"sim.lab/{key.replace('_', '-')}": value for key, value in simulated.items()},
        },
        "spec": {
            "containers": [{"name": "main", "image": "app:1"}],
            **({"restartPolicy": "Never"} if name == "prepare" else {}),
        },
    }


def applied(client: Client, namespace: str, *, before: bool, **simulated: str) -> Outcome:
    metadata: dict[str, Any] = {"name": "prepare"}
    if before:
        metadata["annotations"] = {"inferops.serving/before-servers": "true"}
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata,
        "spec": {"backoffLimit": 0, "template": pod("prepare", **simulated)},
    }
    server = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "server"},
        "spec": {"selector": {"matchLabels": {"app": "server"}}, "template": pod("server")},
    }
    wanted = ObjectSet(name="both", namespace=namespace, objects=[server, job])
    return apply(client, [wanted], wait_timeout=60)[0]


@pytest.mark.req("S1-76")
def test_servers_come_when_the_job_is_done(crowd: Lab, client: Client) -> None:
    namespace = crowd.namespace("jobs")
    assert not applied(client, namespace, before=True, run_for="3s").diagnosis
    job = client.get("batch/v1", "Job", "prepare", namespace)
    server = client.get("apps/v1", "Deployment", "server", namespace)
    assert job is not None
    assert server is not None
    assert server["metadata"]["creationTimestamp"] >= job["status"]["completionTime"]
    again = applied(client, namespace, before=True, run_for="3s")
    assert (again.changed, again.diagnosis) == (False, [])


@pytest.mark.req("S1-76")
def test_nothing_serves_after_a_job_that_failed(crowd: Lab, client: Client) -> None:
    namespace = crowd.namespace("jobs")
    outcome = applied(client, namespace, before=True, outcome="fail")
    assert [one.code for one in outcome.diagnosis] == ["JobFailed"]
    assert client.get("apps/v1", "Deployment", "server", namespace) is None


def test_other_jobs_run_beside_the_servers(crowd: Lab, client: Client) -> None:
    namespace = crowd.namespace("jobs")
    applied(client, namespace, before=False, outcome="fail")
    assert client.get("apps/v1", "Deployment", "server", namespace) is not None
