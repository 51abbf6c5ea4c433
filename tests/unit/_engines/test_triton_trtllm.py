# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import ast
import json
import sys
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._engines import (
    triton_trtllm_convert,
    triton_trtllm_remote,
    triton_trtllm_serve,
)
from ansible_collections.inferops.serving.plugins.module_utils._workload import SecretKey

from tests.unit._engines.test_triton_vllm import parse
from tests.unit._engines.trtllm import engines, files, launch, llm_api

SCRIPTS = (triton_trtllm_convert, triton_trtllm_remote, triton_trtllm_serve)
PER_GPU: dict[str, Any] = {"platform": "leader-workers", "topology": {"tensor": 8}}


def command(plan: Any, hosts: list[str]) -> list[str]:
    return triton_trtllm_serve.command(launch(plan), hosts, "/repository")


# which of the two


@pytest.mark.req("S1-56")
def test_the_current_image_serves_a_model_of_the_hub_as_it_is() -> None:
    plan = llm_api()
    assert plan.image.endswith("tritonserver:26.06-trtllm-python-py3")
    assert plan.engine_version == "1.2.1"
    assert plan.workload.jobs == ()
    assert set(files(plan)) >= {"tensorrt_llm/config.pbtxt", "tensorrt_llm/1/model.yaml"}
    assert plan.served_names == ("tensorrt_llm",)


@pytest.mark.req("S1-56")
def test_the_image_of_the_seed_needs_engines() -> None:
    plan = llm_api(cluster={"version_preset": "seed"}, gpu={"product": "NVIDIA-A10G"})
    assert plan.image.endswith("tritonserver:24.04-trtllm-python-py3")
    assert plan.engine_version == "0.9.0"
    assert plan.engine.converts
    assert plan.served_names == ("ensemble",)


@pytest.mark.req("S1-56")
@pytest.mark.parametrize(
    ("tag", "converts"), [("24.04", True), ("25.08", True), ("25.10", False), ("26.06", False)]
)
def test_the_tag_tells_the_version_and_the_version_the_way(tag: str, converts: bool) -> None:
    plan = llm_api(image=f"nvcr.io/nvidia/tritonserver:{tag}-trtllm-python-py3")
    assert plan.engine.converts is converts


def test_a_version_that_is_given_wins() -> None:
    assert engines(version="1.1.0").engine.converts is False


# the LLM API


@pytest.mark.req("S1-56")
def test_the_keys_of_the_model_are_arguments_of_the_llm() -> None:
    plan = llm_api(
        engine_args={
            "max_model_len": 4096,
            "max_num_seqs": 32,
            "model_json": {"kv_cache_config": {"free_gpu_memory_fraction": 0.8}},
        },
        model={"revision": "abc", "dtype": "bfloat16"},
        topology={"tensor": 2, "pipeline": 2},
    )
    assert json.loads(files(plan)["tensorrt_llm/1/model.yaml"]) == {
        "model": "meta-llama/Meta-Llama-3-8B",
        "backend": "pytorch",
        "revision": "abc",
        "dtype": "bfloat16",
        "tensor_parallel_size": 2,
        "pipeline_parallel_size": 2,
        "max_seq_len": 4096,
        "max_batch_size": 32,
        "kv_cache_config": {"free_gpu_memory_fraction": 0.8},
        "triton_config": {"decoupled": False, "max_batch_size": 0},
    }


def test_a_model_in_a_volume_is_read_where_it_is_mounted() -> None:
    plan = llm_api(model={"store": "model-volume", "source": "raw/llama"})
    assert json.loads(files(plan)["tensorrt_llm/1/model.yaml"])["model"] == "/var/run/models/raw/llama"


@pytest.mark.req("S1-56")
def test_triton_takes_the_backend_of_the_image() -> None:
    text = files(llm_api())["tensorrt_llm/1/model.py"]
    ast.parse(text)
    assert "/app/all_models/llmapi/tensorrt_llm/1" in text


def test_the_configuration_has_one_required_input() -> None:
    found = parse(files(llm_api())["tensorrt_llm/config.pbtxt"])
    assert found["backend"] == "python"
    assert found["instance_group"] == [{"count": 1, "kind": "KIND_CPU"}]
    required = [each["name"] for each in found["input"] if "optional" not in each]
    assert required == ["text_input"]
    assert found["output"][0]["name"] == "text_output"


def test_files_of_the_repository_are_mounted_one_by_one() -> None:
    mounts = {m.path: m.sub_path for m in llm_api().workload.main.mounts if m.volume == "repository"}
    assert mounts["/model-repository/tensorrt_llm/1/model.yaml"] == "tensorrt_llm_1_model.yaml"
    assert all(mounts.values())


def test_the_llm_api_starts_its_ranks_by_its_own_launcher() -> None:
    alone = command(llm_api(topology={"tensor": 1}), ["pod"])
    assert alone[:2] == ["trtllm-llmapi-launch", "tritonserver"]
    several = command(llm_api(topology={"tensor": 4}), ["pod"])
    assert several[: several.index("trtllm-llmapi-launch")] == [
        "mpirun",
        "--allow-run-as-root",
        "--report-bindings",
        "-np",
        "4",
        "--host",
        "pod:4",
        "-n",
        "4",
    ]


def test_the_token_of_the_hub_is_for_the_pods_that_download() -> None:
    assert llm_api().workload.main.env["HF_TOKEN"] == SecretKey(secret="token", key="password")
    assert "HF_TOKEN" not in engines().workload.main.env


# mpirun


@pytest.mark.req("S1-74")
def test_one_rank_needs_no_mpirun() -> None:
    line = command(engines(topology={"tensor": 1}), ["pod"])
    assert line[0] == "tritonserver"
    assert "--model-repository=/repository" in line


@pytest.mark.req("S1-74", "S1-34")
@pytest.mark.parametrize("world", [2, 8])
def test_every_rank_is_a_segment_of_its_own(world: int) -> None:
    hosts = [f"pod-{rank}" for rank in range(world)]
    plan = engines(platform="leader-workers", topology={"tensor": world})
    line = command(plan, hosts)
    head, *segments = " ".join(line).split(" -n 1 ")
    assert head.startswith("mpirun --allow-run-as-root --report-bindings -mca plm_rsh_agent ")
    assert head.endswith(f"-np {world} --host {','.join(f'{host}:1' for host in hosts)}")
    assert len(segments) == world
    assert all(segment.rstrip(" :").startswith("tritonserver --id=rank") for segment in segments)
    assert [segment.split("--id=rank")[1].split()[0] for segment in segments] == [
        str(n) for n in range(world)
    ]


@pytest.mark.req("S1-74")
def test_all_ranks_read_the_same_repository_and_complete_nothing() -> None:
    for rank in launch(engines())["ranks"]:
        assert "--model-repository={repository}" in rank
        assert "--disable-auto-complete-config" in rank
        assert "--model-load-thread-count=2" in rank


@pytest.mark.req("S1-34", "S1-74")
def test_only_the_first_rank_is_asked_and_measured() -> None:
    first, *others = launch(engines(topology={"tensor": 4}))["ranks"]
    assert {"--http-port=8000", "--grpc-port=8001", "--metrics-port=8002"} <= set(first)
    assert {
        "--allow-metrics=true",
        "--metrics-interval-ms=1000",
        "--allow-gpu-metrics=false",
        "--allow-cpu-metrics=false",
    } <= set(first)
    assert len(others) == 3
    for rank in others:
        assert {
            "--allow-http=false",
            "--allow-grpc=false",
            "--allow-metrics=false",
            "--model-control-mode=explicit",
            "--load-model=tensorrt_llm",
            "--log-info=false",
            "--log-warning=false",
        } <= set(rank)


@pytest.mark.req("S1-34")
def test_the_llm_api_leaves_the_measuring_of_devices_to_exporters() -> None:
    (rank,) = launch(llm_api())["ranks"]
    assert {"--allow-metrics=true", "--allow-gpu-metrics=false", "--allow-cpu-metrics=false"} <= set(rank)


def test_options_of_the_log_are_the_first_ranks() -> None:
    args = {"log_verbose": 1, "log_iso8601": True, "extra": ["--http-thread-count=4"]}
    first, other = launch(engines(engine_args=args))["ranks"]
    wanted = {"--log-verbose=1", "--log-format=ISO8601", "--http-thread-count=4"}
    assert wanted <= set(first)
    assert not wanted & set(other)


def test_pods_with_several_gpus_have_as_many_slots() -> None:
    topology = {"tensor": 4, "pipeline": 2, "pods": "per-node", "gpus_per_node": 4}
    line = command(engines(platform="leader-workers", topology=topology), ["a", "b"])
    assert line[line.index("--host") + 1] == "a:4,b:4"


def test_the_way_to_other_pods_is_beside_the_script() -> None:
    line = command(engines(**PER_GPU), [f"pod-{n}" for n in range(8)])
    agent = line[line.index("plm_rsh_agent") + 1]
    assert agent.startswith(sys.executable)
    assert agent.endswith("/remote.py")
    assert "remote.py" in files(engines(**PER_GPU))
    assert "remote.py" not in files(engines())


# pods of a copy


def test_a_copy_of_one_pod_has_no_worker() -> None:
    assert engines().workload.worker is None
    assert launch(engines())["peers"] is None


def test_a_worker_waits_to_be_given_ranks() -> None:
    worker = engines(**PER_GPU).workload.worker
    assert worker is not None
    assert worker.command == ("python3", "/opt/inferops/serve.py")
    assert worker.args == ("work",)
    assert worker.ports == ()
    assert (worker.startup, worker.readiness, worker.liveness) == (None, None, None)
    assert any(mount.path == "/var/run/models" and mount.read_only for mount in worker.mounts)


def test_the_leader_knows_its_pods_by_labels() -> None:
    peers = launch(engines(**PER_GPU))["peers"]
    assert peers["rank"]
    assert peers["same"]
    assert peers["generation"] == "inferops.serving/spec-hash"


def test_the_leader_may_do_what_it_does_and_nothing_else() -> None:
    rules = {rule["resources"][0]: set(rule["verbs"]) for rule in engines(**PER_GPU).workload.permissions}
    assert rules == {"jobs": {"list"}, "pods": {"get", "list"}, "pods/exec": {"create", "get"}}
    alone = {rule["resources"][0] for rule in engines().workload.permissions}
    assert alone == {"jobs", "pods"}
    assert engines(conversion={"enabled": False}).workload.permissions == ()
    assert llm_api().workload.permissions == ()


@pytest.mark.req("S1-78")
def test_the_time_to_start_is_one_field_and_covers_no_conversion() -> None:
    plan = engines(verify={"startup_timeout": 1800})
    probe = plan.workload.main.startup
    assert probe is not None
    assert probe.path == "/v2/health/ready"
    assert probe.pace.delay + probe.pace.period * probe.pace.failures == 1800
    assert len(plan.workload.jobs) == 1


# the Job


# the scripts


@pytest.mark.req("S1-45")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__.rpartition(".")[2])
def test_scripts_run_alone_with_the_standard_library(script: Any) -> None:
    with open(script.__file__, encoding="utf-8") as source:
        tree = ast.parse(source.read())
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0
            modules.add(str(node.module).partition(".")[0])
        elif isinstance(node, ast.Import):
            modules |= {alias.name.partition(".")[0] for alias in node.names}
    assert modules <= sys.stdlib_module_names


@pytest.mark.req("S1-45")
def test_the_scripts_come_with_the_service() -> None:
    assert "def serve(" in files(engines())["serve.py"]
    (job,) = engines().workload.jobs
    assert "def convert(" in job.workload.config[0].files["convert.py"]
