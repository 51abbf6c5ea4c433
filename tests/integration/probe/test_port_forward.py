# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
import signal
import time
from dataclasses import replace

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client, connect
from ansible_collections.inferops.serving.plugins.module_utils._lab import processes
from ansible_collections.inferops.serving.plugins.module_utils._probe import Site, Target, facts, smoke_test
from ansible_collections.inferops.serving.plugins.module_utils._probe.asking import Question
from ansible_collections.inferops.serving.plugins.module_utils._probe.smoke import Result
from ansible_collections.inferops.serving.plugins.module_utils._served import Publisher

from tests.integration.probe.conftest import deployment, eventually, ready
from tests.support.lab import OwnLab

pytestmark = [pytest.mark.proof("C", "E", stand_in="llm-d-inference-sim in the place of vLLM")]


EXPECTED = Question(protocol="openai", models=("chat",), adapters=("sql",))


def target(name: str, namespace: str) -> Target:
    return Target(
        name=name,
        namespace=namespace,
        question=EXPECTED,
        publishers=(Publisher(api_version="v1", kind="Service", name=name),),
        selector=f"app={name}",
        port=8000,
    )


def asked(client: Client, *targets: Target, reach: str = "auto", seconds: float = 30) -> list[Result]:
    deadline = time.monotonic() + seconds
    return smoke_test(targets, site=Site(client=client), reach=reach, deadline=deadline)


@pytest.mark.req("S2-48", "S3-35", "S3-39", "S3-45")
def test_a_ready_pod_answers_through_the_api_server(client: Client, namespace: str, simulator: str) -> None:
    (result,) = asked(client, target(simulator, namespace), reach="port-forward")
    assert result.ok, facts(result)
    assert result.verdict.model == "chat"
    assert result.verdict.text
    assert result.verdict.ttft_ms is not None
    assert result.via is not None
    assert result.via.startswith("pod chat-")


@pytest.mark.req("S3-44", "S4-41")
def test_auto_goes_past_a_node_port_that_leads_nowhere_and_says_so(
    client: Client, namespace: str, simulator: str
) -> None:
    (result,) = asked(client, target(simulator, namespace))
    assert result.ok, facts(result)
    assert result.reach == "port-forward"
    assert [check.name for check in result.tried] == ["address"]
    assert result.remarks
    service = client.get("v1", "Service", simulator, namespace)
    assert service is not None
    port = service["spec"]["ports"][0]["nodePort"]
    nodes = client.list("v1", "Node")
    known = [entry["address"] for node in nodes for entry in node["status"]["addresses"]]
    assert result.address in [f"http://{address}:{port}" for address in known]


@pytest.mark.req("S3-35", "S3-39")
def test_names_that_are_not_served_are_reported_at_once(
    client: Client, namespace: str, simulator: str
) -> None:
    wanted = target(simulator, namespace)
    other = replace(wanted, question=replace(wanted.question, models=("llama",)))
    adapter = replace(wanted, question=replace(wanted.question, adapters=("sql", "law")))
    results = asked(client, other, adapter, reach="port-forward")
    codes = [result.diagnosis.code for result in results if result.diagnosis]
    assert codes == ["ModelNotServed", "AdapterMissing"]


@pytest.mark.req("XC-10")
def test_a_pod_without_a_node_is_explained_in_the_schedulers_words(client: Client, namespace: str) -> None:
    limits = {"nvidia.com/gpu": "64"}
    client.apply(deployment("greedy", namespace, {"image": "vllm", "resources": {"limits": limits}}))
    eventually(lambda: client.list("v1", "Pod", namespace=namespace, label_selector="app=greedy"))
    (result,) = asked(client, target("greedy", namespace), reach="port-forward", seconds=4)
    assert result.diagnosis is not None
    assert result.diagnosis.code == "NoReadyPod"
    assert "Insufficient nvidia.com/gpu" in result.diagnosis.message


@pytest.mark.req("XC-10")
def test_an_image_that_cannot_be_pulled_ends_the_question_at_once(client: Client, namespace: str) -> None:
    client.apply(deployment("broken", namespace, {"image": "registry.example/does-not-exist:1"}))
    began = time.monotonic()
    (result,) = asked(client, target("broken", namespace), reach="port-forward", seconds=60)
    while result.diagnosis and result.diagnosis.code == "NoPod":  # its pod is not made yet
        (result,) = asked(client, target("broken", namespace), reach="port-forward", seconds=60)
    assert time.monotonic() - began < 30
    assert result.diagnosis is not None
    assert "pull" in result.diagnosis.message.lower()


def test_twenty_are_asked_over_one_connection_pool_at_once(
    client: Client, namespace: str, simulator: str
) -> None:
    results = asked(client, *([target(simulator, namespace)] * 20), reach="port-forward")
    assert [result.ok for result in results] == [True] * 20


def test_a_node_that_does_not_answer_holds_the_question_no_longer_than_its_deadline(
    spare_lab: OwnLab,
) -> None:
    client = connect({"kubeconfig": str(spare_lab.kubeconfig)})
    namespace = spare_lab.namespace("probe")
    client.apply(deployment("chat", namespace, {"image": "vllm"}))
    eventually(lambda: ready(client, namespace, "chat"))
    kubelet = processes.running(spare_lab.config.directory)["kwok"].pid
    os.kill(kubelet, signal.SIGSTOP)
    try:
        began = time.monotonic()
        (result,) = asked(client, target("chat", namespace), reach="port-forward", seconds=5)
        assert time.monotonic() - began < 15
    finally:
        os.kill(kubelet, signal.SIGCONT)
    assert result.diagnosis is not None
    assert result.diagnosis.code in ("NoPortForward", "Timeout")


def test_an_api_server_that_does_not_answer_holds_the_task_no_longer_than_its_deadline(
    spare_lab: OwnLab,
) -> None:
    client = connect({"kubeconfig": str(spare_lab.kubeconfig)})
    client.list("v1", "Node")
    server = processes.running(spare_lab.config.directory)["kube-apiserver"].pid
    os.kill(server, signal.SIGSTOP)
    try:
        began = time.monotonic()
        (result,) = asked(client, target("chat", "default"), seconds=5)
        assert time.monotonic() - began < 15
    finally:
        os.kill(server, signal.SIGCONT)
    assert result.diagnosis is not None
    assert result.diagnosis.code == "ClusterError"
