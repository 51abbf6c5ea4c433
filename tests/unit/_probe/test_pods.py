# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._probe.asking import NotReached, Question
from ansible_collections.inferops.serving.plugins.module_utils._probe.pods import port_of, ready_pod
from ansible_collections.inferops.serving.plugins.module_utils._probe.secret import login
from ansible_collections.inferops.serving.plugins.module_utils._probe.target import Basic, BasicSecret, Target
from ansible_collections.inferops.serving.plugins.module_utils._served import Publisher

from tests.unit._probe.cluster import Cluster, pod, service

SERVICE = Publisher(api_version="v1", kind="Service", name="chat")


def target(*publishers: Publisher, **more: object) -> Target:
    question = Question(protocol="openai")
    return Target(name="chat", namespace="rag", question=question, publishers=publishers, **more)  # type: ignore[arg-type]


def test_the_newest_ready_pod_is_asked_at_the_services_port() -> None:
    cluster = Cluster(
        service(),
        pod("old", born="2026-01-01T00:00:00Z"),
        pod("new", born="2026-01-02T00:00:00Z"),
        pod("starting", born="2026-01-03T00:00:00Z", ready=False),
    )
    chosen = ready_pod(cluster, target(SERVICE))  # type: ignore[arg-type]
    assert chosen["metadata"]["name"] == "new"
    assert port_of(cluster, target(SERVICE), chosen) == 8000  # type: ignore[arg-type]


@pytest.mark.req("XC-10")
def test_pods_that_are_not_ready_are_told_in_the_schedulers_and_kubelets_words() -> None:
    unschedulable = {
        "phase": "Pending",
        "conditions": [
            {
                "type": "PodScheduled",
                "status": "False",
                "reason": "Unschedulable",
                "message": "0/4 nodes are available: 4 Insufficient nvidia.com/gpu.",
            }
        ],
    }
    with pytest.raises(NotReached) as pending:
        ready_pod(Cluster(service(), pod("chat-1", **unschedulable)), target(SERVICE))  # type: ignore[arg-type]
    assert "4 Insufficient nvidia.com/gpu" in pending.value.detail
    assert pending.value.passing
    waiting = {"reason": "ImagePullBackOff", "message": "back-off pulling image"}
    broken = pod("chat-1", ready=False, containerStatuses=[{"name": "engine", "state": {"waiting": waiting}}])
    with pytest.raises(NotReached) as pulling:
        ready_pod(Cluster(service(), broken), target(SERVICE))  # type: ignore[arg-type]
    assert "ImagePullBackOff" in pulling.value.detail
    assert not pulling.value.passing


def test_no_pod_at_all_is_said_at_once() -> None:
    with pytest.raises(NotReached) as nothing:
        ready_pod(Cluster(service()), target(SERVICE))  # type: ignore[arg-type]
    assert nothing.value.code == "NoPod"
    assert not nothing.value.passing


def test_a_login_is_read_from_its_secret() -> None:
    data = {"username": "ZGVtbw==", "password": "aGlkZGVu"}
    secret = {"kind": "Secret", "metadata": {"name": "demo-auth", "namespace": "rag"}, "data": data}
    asked = target(basic=BasicSecret(name="demo-auth"))
    assert login(asked, Cluster(secret)) == Basic(username="demo", password="hidden")  # type: ignore[arg-type]
    for objects in ((), ({**secret, "data": {"username": "ZGVtbw=="}},)):
        with pytest.raises(NotReached, match="demo-auth"):
            login(asked, Cluster(*objects))  # type: ignore[arg-type]
