# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Ready pod of a served model answers through the API server, and every pod has logs."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils import _lab
from ansible_collections.inferops.serving.plugins.module_utils._lab import processes
from kubernetes.client.exceptions import ApiException
from kubernetes.stream import portforward

from tests.integration.conftest import Lab
from tests.support.lab import OwnLab, eventually, pod

VLLM = "vllm/vllm-openai:v0.33.0"
TRITON = "nvcr.io/nvidia/tritonserver:25.10-vllm-python-py3"
openai = pytest.mark.proof("E", stand_in="llm-d-inference-sim")
triton = pytest.mark.proof("E", stand_in="triton_standin")
pytestmark = [pytest.mark.proof("C")]


@pytest.fixture
def namespace(lab: Lab) -> str:
    return lab.namespace("answers")


@dataclass(frozen=True)
class Served:
    """A pod as one reaches it over the API server's port-forward."""

    lab: Lab
    namespace: str
    name: str

    def ask(self, port: int, method: str, path: str, *, body: Any = None) -> tuple[int, str]:
        forward = self.lab.core.connect_get_namespaced_pod_portforward
        tunnel = portforward(forward, self.name, self.namespace, ports=str(port))
        connection = http.client.HTTPConnection("pod")
        connection.sock = tunnel.socket(port)
        connection.sock.setblocking(True)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()
            tunnel.close()

    def answers(self, port: int, path: str) -> bool:
        try:
            return self.ask(port, "GET", path)[0] == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException, ApiException):  # not scheduled, not ready
            return False


def serve(lab: Lab, namespace: str, name: str, *command: str, image: str = VLLM, **spec: Any) -> Served:
    """Makes a pod that runs this command; `spec` is more of the pod's specification."""
    body = pod(name, image=image)
    body["spec"]["containers"][0]["command"] = list(command)
    lab.core.create_namespaced_pod(namespace, {**body, "spec": {**body["spec"], **spec}})
    return Served(lab, namespace, name)


@openai
def test_vllm_answers_under_its_served_names(lab: Lab, namespace: str) -> None:
    command = ("vllm", "serve", "/models/x", "--served-model-name=chat", "--port", "8080")
    found = serve(lab, namespace, "a", *command)
    eventually(lambda: found.answers(8080, "/v1/models"))
    _, models = found.ask(8080, "GET", "/v1/models")
    assert [model["id"] for model in json.loads(models)["data"]] == ["chat"]
    question = {"model": "chat", "prompt": "Hello", "max_tokens": 5}
    status, text = found.ask(8080, "POST", "/v1/completions", body=question)
    assert status == 200
    assert json.loads(text)["choices"][0]["text"]
    assert found.ask(8080, "POST", "/v1/completions", body=question | {"model": "other"})[0] == 404


@openai
def test_a_pod_that_is_not_ready_any_more_does_not_answer(lab: Lab, namespace: str) -> None:
    command = ("python3", "-m", "vllm.entrypoints.openai.api_server", "--model", "shared/model")
    broken, other = (serve(lab, namespace, name, *command) for name in ("broken", "other"))
    for served in (broken, other):
        eventually(lambda served=served: served.answers(8000, "/health"))  # type: ignore[misc]
    outcome = {"metadata": {"annotations": {"sim.lab/outcome": "never-ready"}}}
    lab.core.patch_namespaced_pod("broken", namespace, outcome)
    eventually(lambda: not broken.answers(8000, "/health"))
    assert other.answers(8000, "/health")


def test_pods_of_one_model_share_a_process_which_ends_with_the_lab(own_lab: Callable[..., OwnLab]) -> None:
    lab = own_lab()
    namespace = lab.namespace("shared")
    for name in ("a", "b"):
        served = serve(lab, namespace, name, "vllm", "serve", "shared/model")
        eventually(lambda served=served: served.answers(8000, "/health"))  # type: ignore[misc]
    alive = processes.running(lab.config.directory)
    (answering,) = [process for name, process in alive.items() if name.startswith("answering-")]
    _lab.down(lab.config.directory)
    assert not processes.running(lab.config.directory)
    assert not Path(f"/proc/{answering.pid}").exists()


@triton
def test_triton_knows_the_models_of_its_repository_and_no_other(lab: Lab, namespace: str) -> None:
    items = [{"key": "m", "path": "gpt2/1/model.json"}, {"key": "c", "path": "gpt2/config.pbtxt"}]
    volume = {"name": "repository", "configMap": {"name": "repository", "items": items}}
    command = ("tritonserver", "--model-repository=/models")
    found = serve(lab, namespace, "t", *command, image=TRITON, volumes=[volume])
    eventually(lambda: found.answers(8000, "/v2/health/ready"))
    _, index = found.ask(8000, "POST", "/v2/repository/index", body={})
    assert json.loads(index) == [{"name": "gpt2", "version": "1", "state": "READY"}]
    question = {"text_input": "Hello", "parameters": {"max_tokens": 3}}
    status, text = found.ask(8000, "POST", "/v2/models/gpt2/generate", body=question)
    assert (status, json.loads(text)["model_name"]) == (200, "gpt2")
    status, stream = found.ask(8000, "POST", "/v2/models/gpt2/generate_stream", body=question)
    assert status == 200
    assert len([line for line in stream.splitlines() if line.startswith("data: ")]) == 3
    assert found.ask(8000, "POST", "/v2/models/gpt3/generate", body=question)[0] == 400
    assert "nv_inference_request_success" in found.ask(8002, "GET", "/metrics")[1]


def test_each_pod_has_its_own_log(lab: Lab, namespace: str) -> None:
    serve(lab, namespace, "a", "vllm", "serve", "model-a")
    broken = pod("b", image=VLLM, annotations={"outcome": "crash-loop"})
    told = pod("c", annotations={"log": "first\nsecond"})
    for body in (broken, told):
        lab.core.create_namespaced_pod(namespace, body)
    assert "model-a" in log(lab, namespace, "a", "startup complete")
    assert "RuntimeError" in log(lab, namespace, "b", "RuntimeError")
    assert log(lab, namespace, "c", "second").split() == ["first", "second"]


def log(lab: Lab, namespace: str, name: str, awaited: str) -> str:
    found = ""

    def has_it() -> bool:
        nonlocal found
        try:
            found = lab.core.read_namespaced_pod_log(name, namespace)
        except ApiException:
            return False
        return awaited in found

    eventually(has_it)
    return found
