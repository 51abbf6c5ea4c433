# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Job's objects and the way of its verdict on a real API server.

No container runs on simulated nodes: the lab shows the verdict as the pod's log. test_simulator.py runs the
very files of the Job as a process.
"""

from __future__ import annotations

import time
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client
from ansible_collections.inferops.serving.plugins.module_utils._probe import (
    JobOptions,
    Site,
    Target,
    smoke_test,
)
from ansible_collections.inferops.serving.plugins.module_utils._probe.asking import Check, Question, Verdict
from ansible_collections.inferops.serving.plugins.module_utils._probe.reach import job
from ansible_collections.inferops.serving.plugins.module_utils._probe.smoke import Result
from ansible_collections.inferops.serving.plugins.module_utils._served import Publisher

pytestmark = [pytest.mark.proof("C")]
HEALTHY = Check(name="health", ok=True, status=200)
VERDICT = Verdict(ok=True, checks=(HEALTHY,), model="chat", text="Hello there")
OPENAI = Question(protocol="openai")


@pytest.fixture
def restricted(lab: Any, client: Client) -> str:
    """A namespace whose Pod Security level is `restricted`, with a Service to ask."""
    name: str = lab.namespace("probe-job")
    level = {"pod-security.kubernetes.io/enforce": "restricted"}
    client.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": level}})
    client.apply(
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "chat", "namespace": name},
            "spec": {"selector": {"app": "chat"}, "ports": [{"port": 8000, "protocol": "TCP"}]},
        }
    )
    return name


def asked(client: Client, namespace: str, *, image: str = "python:3.13-slim") -> tuple[Result, Site]:
    site = Site(client=client, job=JobOptions(image=image))
    publishers = (Publisher(api_version="v1", kind="Service", name="chat"),)
    target = Target(name="chat", namespace=namespace, question=OPENAI, publishers=publishers)
    (result,) = smoke_test([target], site=site, reach="job", deadline=time.monotonic() + 60)
    return result, site


def leftovers(client: Client, namespace: str) -> list[str]:
    kinds = (("batch/v1", "Job"), ("v1", "ConfigMap"), ("v1", "Pod"))
    found = [obj for version, kind in kinds for obj in client.list(version, kind, namespace=namespace)]
    names = (obj["metadata"]["name"] for obj in found if not obj["metadata"].get("deletionTimestamp"))
    return [name for name in names if name != "kube-root-ca.crt"]


def saying(log: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the lab show this as the log of the Job's pod."""
    make = job.job_object

    def with_log(**how: Any) -> dict[str, Any]:
        made = make(**how)
        made["spec"]["template"]["metadata"]["annotations"] = {"sim.lab/log": log}
        return made

    monkeypatch.setattr(job, "job_object", with_log)


@pytest.mark.req("S2-47", "XC-20")
def test_the_job_runs_where_pod_security_is_restricted_and_leaves_nothing(
    client: Client, restricted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying(f"starting\n{VERDICT.to_json()}", monkeypatch)
    result, site = asked(client, restricted)
    assert result.ok, result.diagnosis
    assert result.verdict == VERDICT
    assert str(result.via).startswith("http://chat.")
    assert site.warnings == []
    end = time.monotonic() + 20
    while leftovers(client, restricted):
        assert time.monotonic() < end, leftovers(client, restricted)
        time.sleep(0.2)


@pytest.mark.req("XC-10")
def test_a_job_without_verdict_is_explained_with_its_last_words(
    client: Client, restricted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    saying("exec: python3: not found", monkeypatch)
    result, _site = asked(client, restricted)
    assert result.diagnosis is not None
    assert result.diagnosis.code == "JobFailed"
    assert "python3: not found" in result.diagnosis.message


@pytest.mark.req("XC-10")
def test_an_image_that_cannot_be_pulled_ends_the_wait_at_once(client: Client, restricted: str) -> None:
    began = time.monotonic()
    result, _site = asked(client, restricted, image="registry.example/does-not-exist:1")
    assert time.monotonic() - began < 30
    assert result.diagnosis is not None
    assert result.diagnosis.code == "JobFailed"
    assert "pull" in result.diagnosis.message.lower()


@pytest.mark.req("XC-10")
def test_a_quota_that_forbids_the_pod_is_told_in_the_servers_words(client: Client, restricted: str) -> None:
    client.apply(
        {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "none", "namespace": restricted},
            "spec": {"hard": {"pods": "0"}},
        }
    )
    time.sleep(1)
    result, _site = asked(client, restricted)
    assert result.diagnosis is not None
    assert result.diagnosis.code == "JobRefused"
    assert "exceeded quota" in result.diagnosis.message
