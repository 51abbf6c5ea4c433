# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import re
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.vllm import standing
from ansible_collections.inferops.serving.plugins.module_utils._engines.triton_vllm import (
    REPOSITORY,
    repository,
)

from tests.unit._plan.inventory import main_container, planned, pod, rendered, variables

GPT2 = {"name": "vllm_model", "source": "openai-community/gpt2", "store": "bucket"}


def model_json(**given: Any) -> dict[str, Any]:
    plan = planned(engine="triton-vllm", **given)
    content: dict[str, Any] = json.loads(repository(plan)[f"{plan.model.name}/1/model.json"])
    return content


def config(**given: Any) -> dict[str, Any]:
    plan = planned(engine="triton-vllm", **given)
    return parse(repository(plan)[f"{plan.model.name}/config.pbtxt"])


def parse(text: str) -> dict[str, Any]:
    """Protocol buffer text of the kinds that a model configuration has: scalars, messages and lists."""
    tokens = re.findall(r'"[^"]*"|[\w.-]+|[\[\]{}:,]', text)
    position = 0

    def value() -> Any:
        nonlocal position
        token = tokens[position]
        position += 1
        if token == "{":
            return message("}")
        if token == "[":
            items = []
            while tokens[position] != "]":
                items.append(value())
                if tokens[position] == ",":
                    position += 1
            position += 1
            return items
        return token[1:-1] if token.startswith('"') else int(token) if token.isdigit() else token

    def message(end: str | None) -> dict[str, Any]:
        nonlocal position
        fields: dict[str, Any] = {}
        while position < len(tokens) and tokens[position] != end:
            name = tokens[position]
            position += 1
            if tokens[position] == ":":
                position += 1
            fields[name] = value()
        position += 1
        return fields

    return message(None)


@pytest.mark.req("S0-03", "S4-01")
def test_a_repository_is_a_directory_per_model_with_a_numbered_version() -> None:
    files = repository(planned(engine="triton-vllm", model=GPT2))
    assert set(files) == {"vllm_model/config.pbtxt", "vllm_model/1/model.json"}


@pytest.mark.req("S0-04", "S4-06")
@pytest.mark.parametrize("tensor", [1, 2])
def test_the_backend_gets_one_instance_and_decides_about_batches_itself(tensor: int) -> None:
    found = config(topology={"tensor": tensor})
    assert found["backend"] == "vllm"
    assert found["instance_group"] == [{"count": 1, "kind": "KIND_MODEL"}]
    assert "max_batch_size" not in found
    assert "dynamic_batching" not in found


@pytest.mark.req("S0-04")
def test_metrics_of_the_engine_are_reported() -> None:
    assert config()["parameters"] == {
        "key": "REPORT_CUSTOM_METRICS",
        "value": {"string_value": "true"},
    }


@pytest.mark.req("S0-05")
def test_values_keep_their_types() -> None:
    args = {
        "max_model_len": 4096,
        "enforce_eager": True,
        "gpu_memory_utilization": 0.5,
        "prefix_caching": False,
    }
    found = model_json(engine_args={**args, "speculative": {"num_speculative_tokens": 2}})
    assert found["max_model_len"] == 4096
    assert found["enforce_eager"] is True
    assert found["enable_prefix_caching"] is False
    assert found["gpu_memory_utilization"] == 0.5
    assert found["speculative_config"] == {"num_speculative_tokens": 2}


@pytest.mark.req("S0-05")
def test_every_key_is_known_to_the_vllm_inside_the_image() -> None:
    args = {
        "max_model_len": 4096,
        "max_num_seqs": 8,
        "max_num_batched_tokens": 4096,
        "kv_cache_dtype": "auto",
        "dtype": "half",
        "quantization": "awq",
        "prefix_caching": True,
        "chunked_prefill": True,
        "enforce_eager": True,
        "trust_remote_code": False,
        "seed": 1,
        "speculative": {"num_speculative_tokens": 2},
    }
    plan = planned(engine="triton-vllm", engine_args=args, kv_offload={"dram_gb": 8})
    content = json.loads(repository(plan)["llama/1/model.json"])
    assert len(content) > len(args)
    assert {standing(key, plan.engine_version, command_line=False)[0] for key in content} == {"known"}


@pytest.mark.req("S4-02")
def test_gpt2_as_in_the_reference() -> None:
    assert model_json(model=GPT2, presets=["gpt2-demo"]) == {
        "model": "openai-community/gpt2",
        "gpu_memory_utilization": 0.5,
        "enforce_eager": True,
        "tensor_parallel_size": 1,
    }


@pytest.mark.req("S4-03")
def test_parallelism_is_that_of_the_pod() -> None:
    objects = rendered(engine="triton-vllm", topology={"tensor": 4})
    assert json.loads(objects["ConfigMap"]["data"]["llama_1_model.json"])["tensor_parallel_size"] == 4
    assert main_container(objects)["resources"]["limits"]["nvidia.com/gpu"] == "4"


def test_more_keys_of_model_json_are_passed_on() -> None:
    assert model_json(engine_args={"model_json": {"disable_log_stats": False}})["disable_log_stats"] is False


@pytest.mark.req("S0-06")
def test_adapters_are_in_a_file_beside_the_switch() -> None:
    adapters = [{"name": "sql", "source": "lora/sql", "rank": 16}]
    plan = planned(engine="triton-vllm", model={"adapters": adapters}, lora={"enabled": True, "max_rank": 16})
    files = repository(plan)
    assert json.loads(files["llama/1/model.json"])["enable_lora"] is True
    assert json.loads(files["llama/1/multi_lora.json"]) == {"sql": "/mnt/models/lora/sql"}
    assert "llama/1/multi_lora.json" not in repository(planned(engine="triton-vllm"))


@pytest.mark.req("S0-07")
def test_the_repository_is_mounted_file_by_file() -> None:
    objects = rendered(engine="triton-vllm")
    mounted = {
        each["mountPath"]: each["subPath"]
        for each in main_container(objects)["volumeMounts"]
        if each["name"] == "repository"
    }
    assert set(mounted) == {f"{REPOSITORY}/llama/config.pbtxt", f"{REPOSITORY}/llama/1/model.json"}
    assert set(mounted.values()) == set(objects["ConfigMap"]["data"])
    assert f"--model-repository={REPOSITORY}" in main_container(objects)["args"]
    volumes = [each["name"] for each in pod(objects)["volumes"]]
    assert len(volumes) == len(set(volumes))


@pytest.mark.req("S0-07", "S4-25")
def test_a_repository_in_a_bucket_is_read_by_triton_itself() -> None:
    objects = rendered(engine="triton-vllm", model=GPT2)
    assert "ConfigMap" not in objects
    url = "s3://https://s3.ru-1.storage.selcloud.ru:443/demo/model_repository"
    assert f"--model-repository={url}" in main_container(objects)["args"]


@pytest.mark.req("S0-07")
@pytest.mark.parametrize(
    ("platform", "root"), [("deployment", "/mnt/models/triton/gpt2"), ("kserve", "/mnt/models")]
)
def test_a_whole_repository_on_a_volume_is_served_as_it_is(platform: str, root: str) -> None:
    model = {"name": "vllm_model", "source": "triton/gpt2"}
    objects = rendered(engine="triton-vllm", platform=platform, model=model, delivery="repository")
    assert "ConfigMap" not in objects
    if platform == "kserve":
        assert objects["InferenceService"]["spec"]["predictor"]["model"]["storageUri"].endswith(
            "/triton/gpt2"
        )
        (container,) = objects["ServingRuntime"]["spec"]["containers"]
    else:
        container = main_container(objects)
        assert "/mnt/models" in [mount["mountPath"] for mount in container["volumeMounts"]]
    assert f"--model-repository={root}" in container["args"]
    assert "HF_HUB_OFFLINE" not in variables(container), "its model.json may name a model of the hub"


@pytest.mark.req("S4-29")
def test_triton_copies_a_bucket_into_an_empty_directory_of_its_own() -> None:
    objects = rendered(engine="triton-vllm", model=GPT2)
    container = main_container(objects)
    path = variables(container)["TRITON_AWS_MOUNT_DIRECTORY"]
    mount = next(each for each in container["volumeMounts"] if each["mountPath"] == path)
    volume = next(each for each in pod(objects)["volumes"] if each["name"] == mount["name"])
    assert set(volume["emptyDir"]) == {"sizeLimit"}
    assert not mount.get("readOnly")
    assert not [m for m in container["volumeMounts"] if m["mountPath"].startswith(path + "/")]


@pytest.mark.req("S4-28")
def test_keys_of_a_bucket_are_references_and_its_region_is_the_stores() -> None:
    env = variables(main_container(rendered(engine="triton-vllm", model=GPT2)))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        assert env[name] == {"name": "keys", "key": name}
    assert env["AWS_DEFAULT_REGION"] == "ru-1"


@pytest.mark.req("S4-26")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, []),
        ({"log_verbose": 1}, ["--log-verbose=1"]),
        (
            {"log_iso8601": True, "extra": ["--cache-config=local,size=1"]},
            ["--log-format=ISO8601", "--cache-config=local,size=1"],
        ),
    ],
)
def test_logging_and_more_arguments_of_the_server(given: dict[str, Any], said: list[str]) -> None:
    args = main_container(rendered(engine="triton-vllm", engine_args=given))["args"]
    assert args[args.index("--exit-timeout-secs=45") + 1 :] == said


@pytest.mark.req("S4-31")
def test_ports_and_probes() -> None:
    container = main_container(rendered(engine="triton-vllm", shm_size="1024Mi"))
    assert {each["name"]: each["containerPort"] for each in container["ports"]} == {
        "http": 8000,
        "grpc": 8001,
        "metrics": 8002,
    }
    assert {"--http-port=8000", "--grpc-port=8001", "--metrics-port=8002"} <= set(container["args"])
    assert container["livenessProbe"]["httpGet"]["path"] == "/v2/health/live"
    assert container["readinessProbe"]["httpGet"]["path"] == "/v2/health/ready"


@pytest.mark.req("S0-38")
@pytest.mark.parametrize("platform", ["deployment", "kserve"])
def test_one_triton_to_a_pod_with_shared_memory_of_its_own(platform: str) -> None:
    """So no Triton needs a prefix for its shared memory regions."""
    plan = planned(engine="triton-vllm", platform=platform)
    commands = [plan.workload.main.command, *(each.command for each in plan.workload.init)]
    assert commands.count(("tritonserver",)) == 1
    shared = next(volume for volume in plan.workload.volumes if volume.name == "dshm")
    assert "emptyDir" in shared.source


@pytest.mark.req("S0-37")
def test_any_user_can_write_where_triton_and_its_backend_write() -> None:
    container = main_container(rendered(engine="triton-vllm"))
    env = variables(container)
    mounts = {each["mountPath"] for each in container["volumeMounts"] if not each.get("readOnly")}
    assert {"/tmp", "/dev/shm"} <= mounts
    assert env["HOME"].startswith("/tmp")
    assert env["HF_HOME"].startswith("/tmp")


def test_text_in_any_language_survives() -> None:
    found = model_json(model={"source": "модель/большая"})
    assert found["model"].endswith("модель/большая")
