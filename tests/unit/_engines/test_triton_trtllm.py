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
from ansible_collections.inferops.serving.plugins.module_utils._names import SERVICE_LABEL
from ansible_collections.inferops.serving.plugins.module_utils._workload import SecretKey

from tests.unit._engines.test_triton_vllm import parse
from tests.unit._engines.trtllm import IMAGE, PLACE, convert, engines, files, launch, llm_api

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


@pytest.mark.req("S1-53")
def test_conversion_is_one_switch_with_one_meaning() -> None:
    assert len(engines(conversion={"enabled": True}).workload.jobs) == 1
    plan = engines(conversion={"enabled": False})
    assert plan.workload.jobs == ()
    assert launch(plan)["conversion"] is None


@pytest.mark.req("S1-51", "S1-53")
def test_without_conversion_engines_are_looked_for_where_they_may_be() -> None:
    ours, by_hand = launch(engines(conversion={"enabled": False}))["repositories"]
    assert ours["path"] == f"{PLACE}/model"
    assert by_hand["path"] == "/var/run/models/llama-3-8b/1x2/model"
    assert by_hand["locks"] == [
        "/var/run/models/llama-3-8b/1x2/engine/lock",
        "/var/run/models/llama-3-8b/1x2/model/lock",
    ]


@pytest.mark.req("S1-51", "S1-52")
@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({}, PLACE),
        ({"gpu": {"product": "Tesla-V100-SXM2-16GB"}}, PLACE.replace("NVIDIA-A10G", "Tesla-V100-SXM2-16GB")),
        ({"conversion": {"data_type": "bfloat16"}}, PLACE.replace("float16", "bfloat16")),
        ({"topology": {"tensor": 4, "pipeline": 2}}, PLACE.replace("1x2", "2x4")),
        ({"version": "0.10.0"}, PLACE.replace("0.9.0", "0.10.0")),
    ],
)
def test_what_engines_depend_on_is_part_of_their_place(given: dict[str, Any], place: str) -> None:
    assert convert(engines(**given))["place"] == place


@pytest.mark.req("S1-50")
def test_the_download_is_one_for_all_conversions_of_a_model() -> None:
    variants = [engines(topology={"tensor": tensor}) for tensor in (2, 4)]
    homes = {plan.workload.jobs[0].workload.main.env["HF_HOME"] for plan in variants}
    assert homes == {"/var/run/models/hugging_face"}
    assert len({convert(plan)["place"] for plan in variants}) == 2


@pytest.mark.req("S1-52")
@pytest.mark.parametrize("kind", ["float16", "bfloat16", "float32"])
def test_the_data_type_reaches_converter_and_builder(kind: str) -> None:
    converter, builder = convert(engines(conversion={"data_type": kind}))["steps"]
    assert converter[converter.index("--dtype") + 1] == kind
    assert builder[builder.index("--gemm_plugin") + 1] == kind


@pytest.mark.req("S1-52")
def test_the_usual_data_type_is_that_of_the_model_or_float16() -> None:
    assert "/float16/" in convert(engines())["place"]
    assert "/bfloat16/" in convert(engines(model={"dtype": "bfloat16"}))["place"]


@pytest.mark.req("S1-55")
@pytest.mark.parametrize(
    ("given", "off"),
    [
        ({"topology": {"tensor": 1}}, False),
        ({"gpu": {"product": "NVIDIA-A100-SXM4-80GB"}}, False),
        ({"gpu": {"product": "NVIDIA-A10G"}}, True),
        ({"gpu": {"product": "NVIDIA-A10G", "p2p": True}}, False),
        ({"gpu": {"product": "NVIDIA-A100-SXM4-80GB", "p2p": False}}, True),
        ({"gpu": {"product": "NVIDIA-A100-SXM4-80GB"}, "platform": "leader-workers"}, True),
    ],
)
def test_custom_all_reduce_is_off_where_gpus_are_not_linked(given: dict[str, Any], off: bool) -> None:
    old = convert(engines(**given))["steps"][1]
    assert (old[-2:] == ["--use_custom_all_reduce", "disable"]) is off
    middle = engines(**given, version="0.19.0")
    assert "--use_custom_all_reduce" not in convert(middle)["steps"][1]
    assert ("FORCE_NCCL_ALL_REDUCE_STRATEGY" in middle.workload.main.env) is off
    new = json.loads(files(llm_api(**given))["tensorrt_llm/1/model.yaml"])
    assert (new.get("allreduce_strategy") == "NCCL") is off


@pytest.mark.req("S1-46")
def test_the_job_gets_what_the_conversion_needs() -> None:
    (job,) = engines(engine_args={"log_verbose": 1}).workload.jobs
    main = job.workload.main
    assert main.image == IMAGE
    assert main.env["HF_HOME"] == "/var/run/models/hugging_face"
    assert main.env["HF_HUB_VERBOSITY"] == "info"
    assert main.env["ENGINE_DEST_PATH"] == f"{PLACE}/engine"
    assert main.env["MODEL_DEST_PATH"] == f"{PLACE}/model"
    mounts = {mount.path: mount for mount in main.mounts}
    assert not mounts["/var/run/models"].read_only
    assert mounts["/var/run/secrets/hugging_face"].read_only
    assert "HF_TOKEN" not in main.env


@pytest.mark.req("S1-47")
def test_the_job_is_no_server_and_takes_no_more_than_it_asks_for() -> None:
    (job,) = engines(topology={"tensor": 1}).workload.jobs
    amounts = {"cpu": "4", "memory": "32Gi", "ephemeral-storage": "32Gi", "nvidia.com/gpu": "1"}
    assert job.workload.main.resources.requests == amounts
    assert job.workload.main.resources.limits == amounts
    assert SERVICE_LABEL not in job.workload.labels
    assert job.workload.labels["app"] == "chat-converter"
    assert job.workload.affinity == engines().workload.affinity
    assert job.workload.tolerations == engines().workload.tolerations


@pytest.mark.req("S1-58")
@pytest.mark.parametrize(("tensor", "memory"), [(2, "64Gi"), (4, "128Gi"), (8, "256Gi")])
def test_a_conversion_has_the_gpus_of_the_copy_and_memory_for_each(tensor: int, memory: str) -> None:
    (job,) = engines(topology={"tensor": tensor}).workload.jobs
    limits = job.workload.main.resources.limits
    assert limits["nvidia.com/gpu"] == str(tensor)
    assert limits["memory"] == memory


def test_amounts_of_the_conversion_that_are_given_win() -> None:
    given = {"resources": {"gpu": 1, "cpu": "12", "memory": "200Gi"}}
    (job,) = engines(conversion=given, topology={"tensor": 8}).workload.jobs
    limits = job.workload.main.resources.limits
    assert (limits["nvidia.com/gpu"], limits["cpu"], limits["memory"]) == ("1", "12", "200Gi")


def test_the_name_of_the_job_changes_with_what_it_does_and_the_mark_only_with_what_comes_of_it() -> None:
    one, other = engines(), engines(conversion={"resources": {"memory": "100Gi"}})
    assert one.workload.jobs[0].name != other.workload.jobs[0].name
    assert convert(one)["hash"] == convert(other)["hash"]
    assert convert(one)["hash"] != convert(engines(conversion={"options": {"max_beam_width": 2}}))["hash"]


def test_a_change_of_the_job_alone_replaces_no_server() -> None:
    assert engines().spec_hash == engines(conversion={"resources": {"memory": "100Gi"}}).spec_hash
    assert engines().spec_hash != engines(conversion={"options": {"max_beam_width": 2}}).spec_hash


@pytest.mark.req("S1-66")
def test_servers_have_the_amounts_of_the_seed_and_read_the_volume() -> None:
    main = engines(platform="leader-workers").workload.main
    amounts = {"cpu": "4", "ephemeral-storage": "1Gi", "nvidia.com/gpu": "1"}
    assert main.resources.requests.items() >= amounts.items()
    assert main.resources.limits.items() >= amounts.items()
    (mount,) = (mount for mount in main.mounts if mount.path == "/var/run/models")
    assert mount.read_only
    volume = next(each for each in engines().workload.volumes if each.name == mount.volume)
    assert volume.source["persistentVolumeClaim"]["readOnly"] is True


def test_a_model_of_a_volume_is_converted_from_there() -> None:
    plan = engines(model={"store": "model-volume", "source": "raw/llama"}, cache={})
    assert convert(plan)["directory"] == "/var/run/models/raw/llama"
    assert convert(plan)["place"] == PLACE
    assert convert(plan)["token"] is None


@pytest.mark.parametrize(
    ("version", "flags"),
    [
        ("0.9.0", {"--max_input_len", "--max_output_len", "--paged_kv_cache"}),
        ("0.19.0", {"--max_seq_len", "--kv_cache_type"}),
    ],
)
def test_the_builder_is_told_in_the_words_of_its_version(version: str, flags: set[str]) -> None:
    args = {"max_model_len": 4096, "max_num_seqs": 16}
    builder = convert(engines(version=version, engine_args=args))["steps"][1]
    given = {word for word in builder if word.startswith("--")}
    assert flags | {"--max_batch_size"} <= given


@pytest.mark.parametrize(("version", "place"), [("0.9.0", "llama"), ("0.20.0", "models/core/llama")])
def test_converters_are_where_the_release_has_them(version: str, place: str) -> None:
    assert convert(engines(version=version))["families"]["llama"] == place


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
