# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._names import SERVICE_LABEL

from tests.unit._engines.trtllm import IMAGE, PLACE, convert, engines, files, launch, llm_api


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
