# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which pods serve models, under which names, on which port."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._lab.keeper.engines import Serving, serving


def pod(
    image: str = "app:1", *, annotations: dict[str, str] | None = None, **container: Any
) -> dict[str, Any]:
    return {
        "metadata": {"name": "it", "annotations": annotations or {}},
        "spec": {"containers": [{"name": "main", "image": image, **container}]},
    }


def found(*args: Any, **kwargs: Any) -> Serving:
    result = serving(pod(*args, **kwargs))
    assert result
    return result


@pytest.mark.parametrize(
    "container",
    [
        {"command": ["vllm", "serve", "/m", "--served-model-name", "chat", "--port", "8080"]},
        {"command": ["vllm"], "args": ["serve", "/m", "--served-model-name=chat", "--port=8080"]},
        {
            "command": ["python3", "-m", "vllm.entrypoints.openai.api_server"],
            "args": ["--model", "chat", "--port=8080"],
        },
        {"command": ["/bin/sh", "-c"], "args": ["exec vllm serve /m --served_model_name chat --port 8080"]},
        {"command": ["llm-d-inference-sim"], "args": ["--port=8080", "--model=chat"]},
        {
            "command": ["vllm", "serve", "/m", "--served-model-name", "$(NAME)", "--port=$(PORT)"],
            "env": [{"name": "NAME", "value": "chat"}, {"name": "PORT", "value": "8080"}],
        },
    ],
)
def test_an_openai_engine_is_known_by_its_command(container: dict[str, Any]) -> None:
    result = found(**container)
    assert (result.protocol, result.models, result.port) == ("openai", ("chat",), 8080)


@pytest.mark.parametrize(
    "image",
    ["vllm/vllm-openai:v0.33.0", "ghcr.io/llm-d/llm-d-inference-sim:v0.10.2", "mirror/vllm-openai@sha256:0"],
)
def test_an_openai_engine_is_known_by_its_image_when_it_has_no_command(image: str) -> None:
    assert found(image, args=["--model", "facebook/opt-125m"]).models == ("facebook/opt-125m",)


def test_the_model_of_vllm_serve_is_its_name_when_no_other_is_given() -> None:
    assert found(command=["vllm", "serve", "facebook/opt-125m"]).models == ("facebook/opt-125m",)


def test_every_served_name_counts_up_to_the_next_option() -> None:
    assert found(command=["vllm", "serve", "/m", "--served-model-name", "a", "b", "--seed", "1"]).models == (
        "a",
        "b",
    )


def test_adapters_are_known_in_both_spellings() -> None:
    command = ["vllm", "serve", "/m", "--lora-modules", "sql=/a", '{"name": "law", "path": "/b"}']
    assert found(command=command).adapters == ("sql", "law")


def test_a_script_that_quotes_inside_quotes_is_read_all_the_same() -> None:
    script = """
    prepare something
    eval "exec vllm serve \\
      /mnt/models \\
      --served-model-name "chat" "publishers/ns/models/chat" \\
      --port 8000 \\
      ${VLLM_ADDITIONAL_ARGS} \\
      $@"
    """
    assert found(command=["/bin/bash", "-c", script, "--"]).models == ("chat", "publishers/ns/models/chat")


def test_a_headless_worker_does_not_answer() -> None:
    assert serving(pod(command=["vllm", "serve", "/m", "--headless"])) is None


@pytest.mark.parametrize("image", ["app:1", "storage-initializer:1", "nginx:1"])
def test_other_containers_do_not_serve(image: str) -> None:
    assert serving(pod(image, command=["sleep", "1"])) is None


def test_an_image_of_an_engine_with_another_command_does_not_serve() -> None:
    assert serving(pod("vllm/vllm-openai:v0.33.0", command=["sleep", "1"])) is None


def test_triton_has_a_port_for_requests_and_one_for_metrics() -> None:
    result = found(command=["tritonserver", "--model-repository=/m", "--http-port=8080"])
    assert (result.protocol, result.port, result.metrics_port) == ("triton", 8080, 8002)


def test_triton_is_known_by_its_image() -> None:
    assert found("nvcr.io/nvidia/tritonserver:25.10-py3", args=["--model-store=/m"]).protocol == "triton"
    converters = found("registry.example/triton_trt-llm:24.04", command=["python3", "/opt/inferops/serve.py"])
    assert converters.protocol == "triton"


def test_the_annotation_names_the_models() -> None:
    result = found(command=["tritonserver"], annotations={"sim.lab/models": "a, b"})
    assert result.models == ("a", "b")


def test_requests_reach_an_engine_through_the_proxy_in_its_pod() -> None:
    behind = pod(command=["vllm", "serve", "/m"], args=["--served-model-name=chat", "--port=8200"])
    assert serving(behind).proxy_port is None
    command = ["/app/pd-sidecar", "--port=8000", "--vllm-port=8200"]
    behind["spec"]["initContainers"] = [{"name": "proxy", "restartPolicy": "Always", "command": command}]
    found = serving(behind)
    assert (found.port, found.proxy_port) == (8200, 8000)


def test_the_server_script_of_aidaptivcache_speaks_like_vllm() -> None:
    container = {
        "name": "aidaptiv",
        "image": "registry.example/aidaptiv:v1",
        "command": ["python3", "vllm_api_server.py"],
        "args": [
            "--model=/data/llama",
            "--port=8000",
            "--served-model-name",
            "llama",
            "--nvme_path=/mnt/nvme0",
        ],
    }
    found = serving({"metadata": {}, "spec": {"containers": [container]}})
    assert found is not None
    assert (found.protocol, found.port, found.models) == ("openai", 8000, ("llama",))
