# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import argparse
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.aidaptiv import PARAMETERS

from tests.unit._engines.aidaptiv import LORA, MODEL, OTTERSCALE, arguments, environment, served
from tests.unit._plan.inventory import main_container, pod


@pytest.mark.req("S3-16")
def test_the_servers_program_is_started_without_a_shell() -> None:
    container = main_container(served())
    assert container["name"] == "vllm-api"
    assert container["workingDir"] == "/home/root/aiDAPTIV2/script"
    assert container["command"] == ["python3", "vllm_api_server.py"]
    assert container["args"] == [
        "--model=/mnt/data/model/Meta-Llama-3.1-8B-Instruct",
        "--port=8000",
        "--served-model-name",
        "Meta-Llama-3.1-8B-Instruct",
        "--tensor-parallel-size=1",
        "--gpu-memory-utilization=0.9",
        "--nvme_path=/mnt/nvme0",
        "--dram-kv-offload-gb=0",
        "--ssd-kv-offload-gb=0",
        "--no-resume-kv-cache",
    ]


@pytest.mark.req("S3-16")
def test_odd_characters_stay_one_argument() -> None:
    odd = 'model/it\'s $HOME "here"'
    assert arguments(model={**MODEL, "source": odd})[0] == f"--model=/mnt/data/{odd}"


@pytest.mark.req("S3-16", "S3-41")
@pytest.mark.parametrize(
    ("text", "written"),
    [("$HOME", "$HOME"), ("$(HOME)", "$$(HOME)"), ("a.$$", "a.$$$"), ("$$(x)", "$$$$(x)")],
)
def test_kubernetes_expands_nothing_of_a_path_or_a_script(text: str, written: str) -> None:
    """It makes one dollar of two, and a variable's value of its name in brackets behind one."""
    assert arguments(model={**MODEL, "source": text})[0] == f"--model=/mnt/data/{written}"
    script = pod(served(delivery="legacy-prescript", prescript={"script": text}))["initContainers"][0]
    assert script["args"] == [written]


EVERY_FLAG = {
    "topology": {"tensor": 4},
    "engine_args": {
        "gpu_memory_utilization": 0.85,
        "max_model_len": 8192,
        "chunked_prefill": True,
        "prefix_caching": True,
        "enforce_eager": True,
    },
    "kv_offload": {
        "dram_gb": 8,
        "ssd_gb": 500,
        "clean_obsolete": True,
        "gpu_reuse": False,
        "long_token": False,
    },
    **LORA,
}


@pytest.mark.req("S3-51")
def test_every_parameter_has_its_flag() -> None:
    args = {each.partition("=")[0] for each in arguments(**EVERY_FLAG)}
    resumed = {each.partition("=")[0] for each in arguments(kv_offload={"ssd_gb": 1, "resume": "resume"})}
    without = {each.partition("=")[0] for each in arguments(kv_offload={"enabled": False})}
    flags = {each.rendered for each in PARAMETERS if each.rendered.startswith("-")}
    assert flags <= args | resumed | without
    assert "--resume-kv-cache" not in args
    assert "--no-resume-kv-cache" not in resumed


def vendors_parser() -> argparse.ArgumentParser:
    """A stand-in for the part of the vendor's parser that is the vendor's own, after the vendor's chart."""
    parser = argparse.ArgumentParser(allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--nvme_path", required=True)
    parser.add_argument("--dram-kv-offload-gb", type=int)
    parser.add_argument("--ssd-kv-offload-gb", type=int)
    left_over = parser.add_mutually_exclusive_group()
    for flag in ("--no-resume-kv-cache", "--resume-kv-cache"):
        left_over.add_argument(flag, action="store_true")
    for flag in (
        "--clean-obsolete-kv-cache",
        "--disable-gpu-reuse",
        "--disable-long-token",
        "--disable_kv_cache_offload",
    ):
        parser.add_argument(flag, action="store_true")
    return parser


def test_a_parser_of_the_vendors_flags_takes_them() -> None:
    read, others = vendors_parser().parse_known_args(arguments(**EVERY_FLAG))
    assert (read.nvme_path, read.dram_kv_offload_gb, read.ssd_kv_offload_gb) == ("/mnt/nvme0", 8, 500)
    assert read.no_resume_kv_cache
    assert read.clean_obsolete_kv_cache
    assert read.disable_gpu_reuse
    assert read.disable_long_token
    assert not read.disable_kv_cache_offload
    assert not [each for each in others if "offload" in each or "nvme" in each or "resume" in each]


@pytest.mark.parametrize(
    ("given", "flag", "said"),
    [
        ({"kv_offload": {"gpu_reuse": False}}, "--disable-gpu-reuse", True),
        ({"kv_offload": {"gpu_reuse": True}}, "--disable-gpu-reuse", False),
        ({"kv_offload": {"long_token": False}}, "--disable-long-token", True),
        ({"kv_offload": {"clean_obsolete": True}}, "--clean-obsolete-kv-cache", True),
        ({"kv_offload": {"clean_obsolete": False}}, "--clean-obsolete-kv-cache", False),
        ({"kv_offload": {"enabled": False}}, "--disable_kv_cache_offload", True),
        ({"kv_offload": {"enabled": False}}, "--ssd-kv-offload-gb=0", False),
        ({"engine_args": {"enforce_eager": True}}, "--enforce-eager", True),
        ({"engine_args": {"enforce_eager": False}}, "--no-enforce-eager", False),
        ({"engine_args": {"prefix_caching": False}}, "--no-enable-prefix-caching", True),
    ],
)
def test_a_switch_is_said_when_it_changes_something(given: dict[str, Any], flag: str, said: bool) -> None:
    assert (flag in arguments(**given)) is said


@pytest.mark.req("S3-32")
@pytest.mark.parametrize(
    ("resume", "flag"), [("discard", "--no-resume-kv-cache"), ("resume", "--resume-kv-cache")]
)
def test_what_an_earlier_pod_left_is_used_or_not(resume: str, flag: str) -> None:
    said = [each for each in arguments(kv_offload={"ssd_gb": 500, "resume": resume}) if "resume" in each]
    assert said == [flag]


@pytest.mark.req("S3-34")
@pytest.mark.parametrize(
    ("version", "said"),
    [
        (None, "--no-enable-chunked-prefill"),
        ("0.10.2", "--no-enable-chunked-prefill"),
        ("0.8.5", "--enable-chunked-prefill=false"),
    ],
)
def test_prompts_in_one_piece_are_said_as_the_version_has_it(version: str | None, said: str) -> None:
    given = {"engine_args": {"chunked_prefill": False}, **({"version": version} if version else {})}
    assert [each for each in arguments(**given) if "chunked" in each] == [said]


@pytest.mark.req("S3-26", "S3-27", "S3-28", "S3-10")
@pytest.mark.parametrize(
    ("names", "count", "share"),
    [
        ("otterscale", "otterscale.com/vgpu", "otterscale.com/vgpumem-percentage"),
        ("hami", "nvidia.com/gpu", "nvidia.com/gpumem-percentage"),
    ],
)
def test_shares_of_gpus_are_as_many_as_the_tensor_size(names: str, count: str, share: str) -> None:
    resources = main_container(
        served(
            cluster={"gpu_resources": names},
            topology={"tensor": 4},
            gpu={"mode": "vgpu", "memory_percent": 80},
            kv_offload={"ssd_gb": 500, "device_count": 2},
        )
    )["resources"]
    for amounts in resources.values():
        assert amounts[count] == "4"
        assert amounts[share] == "80"
        assert amounts["phison.com/ai100"] == "2"
    assert "--tensor-parallel-size=4" in arguments(topology={"tensor": 4})


@pytest.mark.req("S3-10")
def test_a_share_in_bytes_has_its_own_resource() -> None:
    share = {"mode": "vgpu", "memory": "20Gi"}
    limits = main_container(served(cluster=OTTERSCALE, gpu=share))["resources"]["limits"]
    assert limits["otterscale.com/vgpumem"] == "20480"


@pytest.mark.req("S3-29")
@pytest.mark.parametrize(
    ("given", "devices"),
    [
        ({"kv_offload": {"ssd_gb": 500}}, "1"),
        ({"kv_offload": {"ssd_gb": 500, "device_count": 2}}, "2"),
        ({"kv_offload": {"ssd_gb": 0}}, None),
        ({"kv_offload": {"enabled": False}}, None),
        ({"presets": ["size-medium"]}, "1"),
        ({"presets": ["size-medium", "low-latency"]}, None),
        ({"kv_offload": {"ssd_gb": 500, "storage_class": "aidaptiv-cache"}}, None),
    ],
)
def test_devices_follow_the_disk(given: dict[str, Any], devices: str | None) -> None:
    assert main_container(served(**given))["resources"]["limits"].get("phison.com/ai100") == devices


@pytest.mark.req("S3-51")
@pytest.mark.parametrize(
    "given",
    [
        {"kv_offload": {"ssd_gb": 500, "storage_class": "aidaptiv-cache"}},
        {"kv_offload": {"ssd_gb": 500}, "cluster": {"components": {"aidaptiv": {"mode": "topolvm"}}}},
    ],
)
def test_the_packaging_with_volumes_gives_a_volume(given: dict[str, Any]) -> None:
    objects = served(**given)
    (volume,) = (each for each in pod(objects)["volumes"] if "ephemeral" in each)
    spec = volume["ephemeral"]["volumeClaimTemplate"]["spec"]
    assert spec["storageClassName"] == "aidaptiv-cache"
    assert spec["resources"]["requests"]["storage"] == "500G"
    mounts = {each["name"]: each["mountPath"] for each in main_container(objects)["volumeMounts"]}
    assert f"--nvme_path={mounts[volume['name']]}" in main_container(objects)["args"]


@pytest.mark.req("S3-25")
@pytest.mark.parametrize(("tensor", "size"), [(1, "16Gi"), (2, "16Gi"), (4, "30Gi"), (8, "30Gi")])
def test_shared_memory_follows_the_tensor_size_and_is_within_the_limit(tensor: int, size: str) -> None:
    objects = served(topology={"tensor": tensor})
    volume = next(each for each in pod(objects)["volumes"] if each["name"] == "dshm")
    assert volume["emptyDir"] == {"medium": "Memory", "sizeLimit": size}
    limit = main_container(objects)["resources"]["limits"]["memory"]
    assert int(limit.removesuffix("Gi")) >= 2 * int(size.removesuffix("Gi"))


@pytest.mark.req("S3-31")
def test_main_memory_for_the_cache_is_in_the_limit() -> None:
    limits = [
        main_container(served(kv_offload={"dram_gb": size}))["resources"]["limits"]["memory"]
        for size in (0, 64)
    ]
    without, with_cache = (int(limit.removesuffix("Gi")) for limit in limits)
    assert with_cache - without in (59, 60)


@pytest.mark.req("S3-37")
def test_the_start_method_of_workers_is_a_choice() -> None:
    assert environment()["VLLM_WORKER_MULTIPROC_METHOD"] == "spawn"
    chosen = environment(env={"VLLM_WORKER_MULTIPROC_METHOD": "fork"})
    assert chosen["VLLM_WORKER_MULTIPROC_METHOD"] == "fork"


@pytest.mark.parametrize(("version", "said"), [(None, "1"), ("0.10.2", "1"), ("0.12.0", None)])
def test_the_engine_is_chosen_only_where_there_is_a_choice(version: str | None, said: str | None) -> None:
    assert environment(**({"version": version} if version else {})).get("VLLM_USE_V1") == said


def test_an_empty_variable_is_left_out() -> None:
    assert "TIKTOKEN_ENCODINGS_BASE" not in environment(env={"TIKTOKEN_ENCODINGS_BASE": ""})
    assert environment(env={"TIKTOKEN_ENCODINGS_BASE": "/x"})["TIKTOKEN_ENCODINGS_BASE"] == "/x"


@pytest.mark.parametrize(("p2p", "said"), [("auto", None), ("false", "1")])
def test_the_ways_between_gpus_are_closed_on_request(p2p: str, said: str | None) -> None:
    env = environment(topology={"tensor": 2}, gpu={"p2p": p2p})
    assert env["k8s"] == "true"
    assert env.get("NCCL_P2P_DISABLE") == env.get("NCCL_IB_DISABLE") == said


@pytest.mark.req("S3-35")
def test_adapters_are_named_with_their_paths() -> None:
    args = arguments(**LORA)
    at = args.index("--lora-modules")
    assert args[at + 1 :] == ["sql=/mnt/data/lora/sql"]
    assert {"--enable-lora", "--max-lora-rank=32"} <= set(args)


@pytest.mark.req("S3-36")
@pytest.mark.parametrize(("gpus", "devices"), [(4, "2"), (8, "4")])
def test_the_preset_of_adapters_on_several_gpus(gpus: int, devices: str) -> None:
    objects = served(cluster=OTTERSCALE, presets=[f"lora-{gpus}-gpus"], model=LORA["model"])
    container = main_container(objects)
    assert {
        f"--tensor-parallel-size={gpus}",
        "--gpu-memory-utilization=0.85",
        "--max-model-len=8192",
        "--max-lora-rank=32",
        "--ssd-kv-offload-gb=500",
    } <= set(container["args"])
    limits = container["resources"]["limits"]
    assert limits["otterscale.com/vgpu"] == str(gpus)
    assert limits["otterscale.com/vgpumem-percentage"] == "80"
    assert limits["phison.com/ai100"] == devices
    (port,) = objects["Service"]["spec"]["ports"]
    assert (port["port"], port.get("nodePort")) == ((8299, 30299) if gpus == 8 else (8000, None))
