# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._fleet.presets import PRESETS
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read

from tests.unit._rules.asking import found, paths

VOLUME = {"name": "model-volume", "kind": "pvc", "size": "512Gi", "storage_class": "nfs"}
HUB = {"name": "hub", "kind": "hf", "secret": "token"}
TOKEN = {"name": "token", "kind": "hf-token", "value": "hf_x"}
LOGIN = {
    "name": "ngc",
    "kind": "registry",
    "registries": [{"server": "nvcr.io", "username": "$oauthtoken", "password": "x"}],
}
LLAMA = {"name": "m", "source": "meta-llama/Meta-Llama-3-8B", "store": "hub"}
ENTRY: dict[str, Any] = {
    "engine": "triton-trtllm",
    "image": "registry.example/triton_trt-llm:24.04",
    "version": "0.9.0",
    "gpu": {"product": "NVIDIA-A10G"},
    "cache": {"store": "model-volume"},
    "topology": {"tensor": 2},
}
"""A complete entry of the way with engines."""


def asked(code: str, *entries: dict[str, Any], **given: Any) -> list[Any]:
    services = [{**ENTRY, **entry} for entry in entries or ({},)]
    named = {"stores": [VOLUME, HUB], "secrets": [TOKEN], "model": LLAMA, **given}
    return found(code, *services, **named)


# what an entry must have


def test_a_complete_entry_has_no_problem() -> None:
    assert not asked("V-17")
    assert not asked("V-12")
    assert not asked("V-03")


@pytest.mark.req("S1-95")
def test_all_that_is_missing_is_told_in_one_error() -> None:
    problems = found(
        "V-17",
        {"engine": "triton-trtllm"},
        model={"source": "meta-llama/Meta-Llama-3-8B"},
        secrets=[LOGIN],
        cluster={"version_preset": "seed"},
    )
    (problem,) = problems
    assert problem.severity == "error"
    assert problem.path == "llm_serving[a]"
    for word in ("image", "gpu.product", "cache.store", "pull_secrets", "token"):
        assert word in problem.message
    assert "nvidia.com/gpu.product" in problem.hint


@pytest.mark.req("S1-95")
@pytest.mark.parametrize("lack", ["image", "gpu", "cache"])
def test_what_is_missing_is_named(lack: str) -> None:
    name = {"image": "image", "gpu": "gpu.product", "cache": "cache.store"}[lack]
    entry = {key: value for key, value in ENTRY.items() if key != lack}
    (problem,) = found("V-17", entry, stores=[VOLUME, HUB], secrets=[TOKEN], model=LLAMA)
    assert problem.message == f"{name} is missing for TensorRT-LLM 0.9.0."


@pytest.mark.req("S1-95")
def test_a_pull_secret_is_asked_for_where_there_is_a_login() -> None:
    image = {"image": "nvcr.io/example/triton_trt-llm:24.04"}
    assert not asked("V-17", image)
    (problem,) = asked("V-17", image, secrets=[TOKEN, LOGIN])
    assert "pull_secrets is missing" in problem.message
    assert not asked("V-17", {**image, "pull_secrets": ["ngc"]}, secrets=[TOKEN, LOGIN])


@pytest.mark.req("S1-56")
def test_the_llm_api_needs_nothing_of_the_kind() -> None:
    entry = {"engine": "triton-trtllm", "topology": {"tensor": 2}}
    assert not found("V-17", entry, stores=[HUB], secrets=[TOKEN], model=LLAMA)


def test_a_volume_may_hold_the_model_too() -> None:
    model = {"name": "m", "source": "raw/llama-3-8b", "store": "model-volume"}
    assert not asked("V-17", {"cache": {}}, model=model)


@pytest.mark.req("S1-56")
@pytest.mark.parametrize(
    ("image", "known"),
    [
        ("nvcr.io/nvidia/tritonserver:26.06-trtllm-python-py3", True),
        ("nvcr.io/example/triton_trt-llm:24.04", True),
        ("nvcr.io/nvidia/tritonserver:26.06-vllm-python-py3", False),
        ("nvcr.io/nvidia/tritonserver:26.06-py3", False),
        ("registry.example/trtllm:ours", False),
    ],
)
def test_the_version_of_tensorrt_llm_is_known(image: str, known: bool) -> None:
    entry = {"image": image, "version": None}
    assert paths(asked("V-17", entry)) == ([] if known else ["llm_serving[a].image"])
    assert not asked("V-17", {**entry, "version": "1.2.1"})


# what has no effect


@pytest.mark.req("S1-54")
def test_tensorrt_llm_cannot_be_switched_off_in_silence() -> None:
    problems = asked("V-01", {"tensorrtLlm": {"enable": False}})
    assert paths(problems) == ["llm_serving[a].tensorrtLlm"]
    (problem,) = asked(
        "V-17", {"image": "nvcr.io/nvidia/tritonserver:26.06-vllm-python-py3", "version": None}
    )
    assert problem.severity == "error"
    assert "TensorRT-LLM" in problem.message


@pytest.mark.req("S1-54", "S1-56")
def test_a_conversion_that_nobody_does_is_refused() -> None:
    problems = asked("V-03", {"version": "1.2.1", "conversion": {"resources": {"gpu": 2}}})
    assert paths(problems) == ["llm_serving[a].conversion.resources.gpu"]
    assert "TensorRT-LLM 1.2.1 serves the model as it is" in problems[0].message
    assert not asked("V-03", {"version": "1.2.1", "conversion": {"enabled": False}})


def test_kserve_serves_engines_that_are_there_already() -> None:
    problems = asked("V-03", {"platform": "kserve"})
    assert paths(problems) == ["llm_serving[a].conversion.enabled"]
    assert not asked("V-03", {"platform": "kserve", "conversion": {"enabled": False}})
    assert not asked("V-03", {"platform": "kserve", "version": "1.2.1"})


def test_engines_are_built_from_the_hub_or_a_volume() -> None:
    bucket = {"name": "bucket", "kind": "s3", "bucket": "models", "endpoint": "https://s3.example:443"}
    model = {"name": "m", "source": "llama", "store": "bucket", "converted_sizes": {"1x2": "32Gi"}}
    given: dict[str, Any] = {"stores": [VOLUME, bucket], "model": model}
    assert "llm_models[m].store" in paths(asked("V-03", **given))
    assert "llm_models[m].store" not in paths(asked("V-03", {"conversion": {"enabled": False}}, **given))


def test_what_this_engine_does_not_do_is_refused() -> None:
    model = {**LLAMA, "adapters": [{"name": "sql", "source": "org/sql", "rank": 8}]}
    entry = {"lora": {"enabled": True, "max_rank": 8}, "topology": {"tensor": 2, "data": 2}}
    assert paths(asked("V-03", entry, model=model)) == [
        "llm_serving[a].lora.enabled",
        "llm_serving[a].topology.data",
    ]


def test_engines_fit_one_product() -> None:
    several = {"gpu": {"product": ["NVIDIA-A10G", "NVIDIA-L4"]}}
    assert paths(asked("V-03", several)) == ["llm_serving[a].gpu.product"]
    assert not asked("V-03", {**several, "platform": "leader-workers"})


def test_arguments_that_are_derived_are_not_given_twice() -> None:
    (problem,) = asked("V-02", {"engine_args": {"extra": ["--model-repository=/x"]}})
    assert problem.path == "llm_serving[a].engine_args.extra[0]"


# world size


@pytest.mark.req("S1-59", "S1-60")
@pytest.mark.parametrize("world", range(1, 65))
def test_a_world_is_a_power_of_two_up_to_32(world: int) -> None:
    problems = asked(
        "V-04", {"topology": {"tensor": 1, "pipeline": world}}, model={**LLAMA, "source": "org/m"}
    )
    assert bool(problems) is (world not in (1, 2, 4, 8, 16, 32))
    if problems:
        near = [size for size in (1, 2, 4, 8, 16, 32) if size < world][-1]
        assert problems[0].path == "llm_serving[a].topology"
        assert str(near) in problems[0].hint
    lifted = {"topology": {"tensor": 1, "pipeline": world}, "allow_any_world_size": True}
    assert not asked("V-04", lifted, model={**LLAMA, "source": "org/m"})


@pytest.mark.req("S1-59")
def test_a_world_is_tensor_by_pipeline() -> None:
    assert not asked("V-04", {"topology": {"tensor": 4, "pipeline": 2}})
    (problem,) = asked("V-04", {"topology": {"tensor": 2, "pipeline": 3}})
    assert "world size 6" in problem.message


# data types


@pytest.mark.req("S1-52")
@pytest.mark.parametrize(
    ("product", "able"),
    [
        ("Tesla-V100-SXM2-16GB", False),
        ("Tesla-T4", False),
        ("NVIDIA-A10G", True),
        ("NVIDIA-A100-SXM4-80GB", True),
        ("NVIDIA-H100-80GB-HBM3", True),
    ],
)
def test_bfloat16_needs_a_gpu_that_computes_it(product: str, able: bool) -> None:
    entry = {"gpu": {"product": product}, "conversion": {"data_type": "bfloat16"}}
    problems = asked("V-08", entry)
    assert bool(problems) is not able
    assert all(problem.path == "llm_serving[a].conversion.data_type" for problem in problems)
    assert not asked("V-08", {**entry, "conversion": {"data_type": "float16"}})


@pytest.mark.req("S1-52")
def test_a_data_type_is_one_of_three() -> None:
    (problem,) = asked("V-08", {"conversion": {"data_type": "bfloat"}})
    assert problem.hint == "Write float16, bfloat16 or float32."


# storage


@pytest.mark.req("S1-14", "S1-13")
def test_a_volume_holds_the_raw_model_once_and_every_conversion() -> None:
    two, four = ({"name": f"llama-{n}", "topology": {"tensor": n}} for n in (2, 4))
    small = [{**VOLUME, "size": "82Gi"}, HUB]
    (problem,) = asked("V-12", two, four, stores=small)
    assert problem.path == "llm_stores[model-volume].size"
    assert problem.message.startswith("83Gi are needed")
    for part in ("m raw 15Gi", "m 1x2 on NVIDIA-A10G 32Gi", "m 1x4 on NVIDIA-A10G 36Gi"):
        assert part in problem.message
    (close,) = asked("V-12", two, four, stores=[{**VOLUME, "size": "90Gi"}, HUB])
    assert close.severity == "warning"
    assert not asked("V-12", two, four, stores=[{**VOLUME, "size": "100Gi"}, HUB])


@pytest.mark.req("S1-14")
def test_each_product_and_data_type_has_engines_of_its_own() -> None:
    entries = (
        {"name": "one"},
        {"name": "same"},
        {"name": "other", "gpu": {"product": "NVIDIA-L4"}},
        {"name": "third", "conversion": {"data_type": "bfloat16"}},
        {"name": "gone", "topology": {"tensor": 4}, "state": "absent"},
    )
    (problem,) = asked("V-12", *entries, stores=[{**VOLUME, "size": "20Gi"}, HUB])
    assert problem.message.startswith(f"{15 + 3 * 32}Gi are needed")


@pytest.mark.req("S1-13")
@pytest.mark.parametrize(
    ("source", "tensor", "size"),
    [
        ("meta-llama/Meta-Llama-3-8B", 2, 47),
        ("meta-llama/Meta-Llama-3-8B-Instruct", 4, 51),
        ("meta-llama/Meta-Llama-3-70B-Instruct", 8, 390),
    ],
)
def test_measured_sizes_are_known(source: str, tensor: int, size: int) -> None:
    model = {**LLAMA, "source": source}
    entry = {"topology": {"tensor": tensor}}
    (problem,) = asked("V-12", entry, stores=[{**VOLUME, "size": f"{size - 1}Gi"}, HUB], model=model)
    assert problem.message.startswith(f"{size}Gi are needed")
    told = asked("V-12", entry, stores=[{**VOLUME, "size": f"{size}Gi"}, HUB], model=model)
    assert [problem.severity for problem in told] == ["warning"]


@pytest.mark.req("S1-13")
def test_sizes_that_nobody_measured_are_asked_for_all_at_once() -> None:
    models = [LLAMA, {"name": "mine", "source": "org/mine", "store": "hub"}]
    entries = (
        {"name": "a", "topology": {"tensor": 8}},
        {"name": "b", "model": "mine", "topology": {"tensor": 2}},
        {"name": "c", "model": "mine", "topology": {"tensor": 4, "pipeline": 2}},
    )
    services = [{**ENTRY, **entry} for entry in entries]
    (problem,) = found("V-12", *services, stores=[VOLUME, HUB], secrets=[TOKEN], models=models)
    assert problem.severity == "error"
    assert problem.message == "converted_sizes missing for: m 1x8, mine 1x2, mine 2x4."
    given = [
        {**LLAMA, "converted_sizes": {"1x8": "40Gi"}},
        {**models[1], "converted_sizes": {"1x2": "5Gi", "2x4": "6Gi"}},
    ]
    assert not found("V-12", *services, stores=[VOLUME, HUB], secrets=[TOKEN], models=given)


@pytest.mark.req("S1-13")
def test_a_measured_size_is_for_sixteen_bits() -> None:
    (problem,) = asked("V-12", {"conversion": {"data_type": "float32"}})
    assert "m 1x2" in problem.message


@pytest.mark.req("S1-08")
@pytest.mark.parametrize("mode", ["ReadWriteOnce", "ReadWriteOncePod"])
def test_one_volume_for_several_pods_is_read_write_many(mode: str) -> None:
    one = [{**VOLUME, "access_modes": [mode]}, HUB]
    entry = {"platform": "leader-workers", "topology": {"tensor": 4}}
    (problem,) = asked("V-12", entry, stores=one)
    assert problem.path == "llm_stores[model-volume].access_modes"
    assert problem.message == "used by 5 pods."
    assert "ReadWriteMany" in problem.hint
    assert not asked("V-12", {"conversion": {"enabled": False}}, stores=one)


# presets and names


@pytest.mark.req("S1-58")
@pytest.mark.parametrize(
    ("preset", "tensor", "memory", "product"),
    [
        ("gpt2-trt1", 1, "32Gi", "Tesla-V100-SXM2-16GB"),
        ("opt125m-trt1", 1, "32Gi", "Tesla-V100-SXM2-16GB"),
        ("llama-2-7b-trt2", 2, "64Gi", "Tesla-V100-SXM2-16GB"),
        ("llama-2-7b-chat-trt2", 2, "64Gi", "Tesla-V100-SXM2-16GB"),
        ("llama-3-8b-trt2", 2, "64Gi", "Tesla-V100-SXM2-16GB"),
        ("llama-3-8b-instruct-trt4", 4, "128Gi", "Tesla-V100-SXM2-16GB"),
        ("llama-2-70b-trt8", 8, "256Gi", "NVIDIA-A10G"),
        ("llama-3-70b-instruct-trt8", 8, "256Gi", "NVIDIA-A10G"),
    ],
)
def test_presets_of_the_measured_models(preset: str, tensor: int, memory: str, product: str) -> None:
    entry = {key: value for key, value in ENTRY.items() if key not in ("gpu", "topology")}
    specification = read(
        {
            "llm_stores": [VOLUME, HUB],
            "llm_secrets": [TOKEN],
            "llm_models": [{**LLAMA, "converted_sizes": {f"1x{tensor}": "300Gi"}}],
            "llm_serving": [{"name": "a", "model": "m", **entry, "presets": [preset]}],
        }
    )
    assert [str(each) for each in specification.problems if each.severity == "error"] == []
    (plan,) = specification.plans
    assert plan.service.topology.tensor == tensor
    assert tuple(plan.service.gpu.product) == (product,)
    limits = plan.workload.jobs[0].workload.main.resources.limits
    assert (limits["nvidia.com/gpu"], limits["memory"]) == (str(tensor), memory)


@pytest.mark.req("S1-58")
def test_what_the_user_writes_wins_over_a_preset() -> None:
    assert set(PRESETS["llama-3-8b-trt2"].engines) == {"triton-trtllm"}
    (problem,) = found("V-03", {"engine": "vllm", "presets": ["llama-3-8b-trt2"]})
    assert "triton-trtllm" in problem.message


@pytest.mark.req("S1-57")
@pytest.mark.parametrize(
    ("name", "hub_id", "gated"),
    [
        ("gpt2", "openai-community/gpt2", False),
        ("opt125m", "facebook/opt-125m", False),
        ("llama-2-7b", "meta-llama/Llama-2-7b-hf", True),
        ("llama-2-7b-chat", "meta-llama/Llama-2-7b-chat-hf", True),
        ("llama-2-70b", "meta-llama/Llama-2-70b-hf", True),
        ("llama-2-70b-chat", "meta-llama/Llama-2-70b-chat-hf", True),
        ("llama-3-8b", "meta-llama/Meta-Llama-3-8B", True),
        ("llama-3-8b-instruct", "meta-llama/Meta-Llama-3-8B-Instruct", True),
        ("llama-3-70b", "meta-llama/Meta-Llama-3-70B", True),
        ("llama-3-70b-instruct", "meta-llama/Meta-Llama-3-70B-Instruct", True),
        ("xgpt2y", "xgpt2y", False),
        ("org/any", "org/any", False),
    ],
)
def test_short_names_stand_for_ids_of_the_hub(name: str, hub_id: str, gated: bool) -> None:
    specification = read(
        {
            "llm_models": [{"name": "m", "source": name}],
            "llm_serving": [{"name": "a", "model": "m", "engine": "triton-trtllm"}],
        }
    )
    (plan,) = specification.plans
    assert plan.location.path == hub_id
    assert plan.gated is gated
