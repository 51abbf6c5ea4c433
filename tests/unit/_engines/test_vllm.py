# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.vllm import given, standing

from tests.unit._plan.inventory import main_container, planned, rendered, variables

EVERYTHING: dict[str, Any] = {
    "gpu_memory_utilization": 0.85,
    "max_model_len": 8192,
    "max_num_seqs": 20,
    "max_num_batched_tokens": 8192,
    "kv_cache_dtype": "fp8",
    "dtype": "bfloat16",
    "quantization": "fp8",
    "prefix_caching": True,
    "chunked_prefill": False,
    "enforce_eager": True,
    "trust_remote_code": True,
    "seed": 7,
    "speculative": {"model": "draft", "num_speculative_tokens": 3},
}


def arguments(**service: Any) -> list[str]:
    args: list[str] = main_container(rendered(**service))["args"]
    return args


@pytest.mark.req("S2-06")
def test_vllm_is_started_by_its_own_command_without_a_shell() -> None:
    container = main_container(rendered())
    assert container["command"] == ["vllm", "serve"]
    assert container["args"][0] == "/mnt/models/llama/8b"
    assert not any(argument.startswith("--model=") for argument in container["args"])


@pytest.mark.req("S2-12")
def test_parallelism_follows_the_topology() -> None:
    args = arguments(topology={"tensor": 4, "pipeline": 2})
    assert "--tensor-parallel-size=4" in args
    assert "--pipeline-parallel-size=2" in args


@pytest.mark.req("S2-13")
def test_the_served_name_is_always_said() -> None:
    args = arguments(model={"served_names": ["a", "b"]})
    at = args.index("--served-model-name")
    assert args[at + 1 : at + 3] == ["a", "b"]
    assert args[at + 3].startswith("--")
    assert "llama" in arguments()


@pytest.mark.req("S2-08")
@pytest.mark.parametrize(("given_", "said"), [({}, "0.9"), ({"gpu_memory_utilization": 0.5}, "0.5")])
def test_the_share_of_gpu_memory_is_always_said(given_: dict[str, float], said: str) -> None:
    assert f"--gpu-memory-utilization={said}" in arguments(engine_args=given_)


@pytest.mark.req("S2-14")
def test_every_typed_argument_is_one_that_vllm_knows() -> None:
    args = arguments(engine_args=EVERYTHING, kv_offload={"dram_gb": 8}, topology={"pipeline": 2})
    options = list(given(args[1:]))
    assert {"max_model_len", "max_num_seqs", "dtype", "quantization", "seed"} <= {o.name for o in options}
    found = {option.written: standing(option.name, "0.33.0", command_line=True)[0] for option in options}
    assert set(found.values()) == {"known"}, found


@pytest.mark.req("S2-15")
@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, "--enable-prefix-caching"),
        (False, "--no-enable-prefix-caching"),
        (None, None),
    ],
)
def test_a_switch_is_on_off_or_left_to_vllm(value: bool | None, said: str | None) -> None:
    about = [each for each in arguments(engine_args={"prefix_caching": value}) if "prefix-caching" in each]
    assert about == ([said] if said else [])


@pytest.mark.req("S2-16")
def test_speculative_decoding_is_one_argument_of_json() -> None:
    wanted = {"model": "draft", "num_speculative_tokens": 3}
    said = [each for each in arguments(engine_args={"speculative": wanted}) if "speculative" in each]
    assert len(said) == 1
    flag, _, value = said[0].partition("=")
    assert flag == "--speculative-config"
    assert json.loads(value) == wanted


def test_extra_arguments_come_last_and_as_they_are() -> None:
    extra = ["--max-loras=2", "--enable-log-requests"]
    assert arguments(engine_args={"extra": extra})[-2:] == extra


def test_adapters_are_named_with_their_paths() -> None:
    adapters = [
        {"name": "sql", "source": "lora/sql", "rank": 16},
        {"name": "own", "path": "/data/own", "rank": 8},
    ]
    args = arguments(model={"adapters": adapters}, lora={"enabled": True, "max_rank": 16})
    at = args.index("--lora-modules")
    assert args[at + 1 : at + 3] == ["sql=/mnt/models/lora/sql", "own=/data/own"]
    assert "--enable-lora" in args
    assert "--max-lora-rank=16" in args


@pytest.mark.req("S2-17")
def test_all_that_is_written_has_a_place_for_any_user() -> None:
    container = main_container(rendered())
    env = variables(container)
    writable = [each["mountPath"] for each in container["volumeMounts"] if not each.get("readOnly")]
    for name in (
        "HOME",
        "HF_HOME",
        "VLLM_CONFIG_ROOT",
        "VLLM_CACHE_ROOT",
        "XDG_CACHE_HOME",
        "TRITON_CACHE_DIR",
    ):
        assert any(env[name].startswith(path) for path in writable), name


@pytest.mark.req("S2-17")
@pytest.mark.parametrize(
    ("store", "platform", "offline"),
    [
        ("models", "deployment", True),
        ("models", "kserve", True),
        ("bucket", "deployment", True),
        ("hub", "kserve", True),
        ("hub", "deployment", False),
    ],
)
def test_the_hub_is_not_asked_where_the_model_is_there(store: str, platform: str, offline: bool) -> None:
    env = variables(main_container(rendered(model={"store": store}, platform=platform)))
    assert env.get("HF_HUB_OFFLINE") == ("1" if offline else None)


def test_a_revision_is_for_the_hub() -> None:
    assert "--revision=v2" in arguments(model={"store": "hub", "revision": "v2"})
    assert "--revision=v2" not in arguments(model={"revision": "v2"})


def test_a_mirror_of_the_hub_is_asked_in_its_place() -> None:
    mirror = {"name": "mirror", "kind": "hf", "endpoint": "https://hub.example"}
    plan = planned(model={"store": "mirror"}, stores=[mirror], platform="kserve")
    assert plan.location.delivery == "hub", "KServe knows no mirror, so vLLM fetches by itself"
    assert plan.workload.main.env["HF_ENDPOINT"] == "https://hub.example"


@pytest.mark.req("S0-31")
def test_environment_is_pairs_of_strings() -> None:
    env = main_container(rendered(env={"A": 1, "B": True, "C": "x"}))["env"]
    for each in env:
        assert set(each) == {"name", "value"}
        assert isinstance(each["value"], str)
    assert {"name": "A", "value": "1"} in env


@pytest.mark.req("S2-52")
def test_a_prepared_model_keeps_its_own_quantisation() -> None:
    assert not [each for each in arguments() if "quantization" in each]
