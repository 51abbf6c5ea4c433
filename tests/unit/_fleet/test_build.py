# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Unknown keys, wrong types, missing keys: everything wrong with the form, at once."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._fleet import Fleet, Problem, Service, load

MODEL = {"name": "m", "source": "org/m"}


def loaded(**entry: Any) -> tuple[Fleet, list[Problem]]:
    service = {"name": "a", "model": "m", "engine": "vllm", **entry}
    return load({"llm_models": [MODEL], "llm_serving": [service]})


def service(**entry: Any) -> Service:
    fleet, problems = loaded(**entry)
    assert not problems
    return fleet.services[0]


def problems(**entry: Any) -> list[Problem]:
    return loaded(**entry)[1]


@pytest.mark.req("XC-15")
@pytest.mark.parametrize(
    ("entry", "path", "hint"),
    [
        (
            {"engine_args": {"max_model_length": 1}},
            "engine_args.max_model_length",
            "Did you mean max_model_len?",
        ),
        ({"topolgy": {}}, "topolgy", "Did you mean topology?"),
        ({"scaling": {"minReplicas": 1}}, "scaling.minReplicas", ""),
        ({"maxModelLen": 1}, "maxModelLen", "Did you mean engine_args.max_model_len?"),
        (
            {"gpu_memory_utilization": 1},
            "gpu_memory_utilization",
            "Did you mean engine_args.gpu_memory_utilization?",
        ),
        ({"kv-offload": {}}, "kv-offload", "Did you mean kv_offload?"),
        ({"kv_offload": {"dramGb": 1}}, "kv_offload.dramGb", "Did you mean dram_gb?"),
        ({"resources": {"memory": {"limits": "1Gi"}}}, "resources.memory.limits", "Did you mean limit?"),
        ({"tolerations": [{"Key": "x"}]}, "tolerations[0].Key", "Did you mean key?"),
        (
            {"engine_args": {"tensor_parallel_size": 2}},
            "engine_args.tensor_parallel_size",
            "Did you mean topology.tensor?",
        ),
        (
            {"engine_args": {"--enable-lora": True}},
            "engine_args.--enable-lora",
            "Did you mean lora.enabled?",
        ),
        (
            {"engine_args": {"served_model_name": "x"}},
            "engine_args.served_model_name",
            "follows from llm_models[].served_names.",
        ),
        ({"engine_args": {"max_loras": 2}}, "engine_args.max_loras", "extra: [--max-loras=2]"),
        ({"replicas": 2}, "replicas", "Did you mean scaling.min?"),
        ({"xyz": 2}, "xyz", "ansible-doc inferops.serving.services"),
    ],
)
def test_an_unknown_key_is_told_with_the_nearest(entry: dict[str, Any], path: str, hint: str) -> None:
    (problem,) = problems(**entry)
    assert (problem.code, problem.path) == ("V-01", f"llm_serving[a].{path}")
    assert hint in problem.hint


@pytest.mark.req("XC-15")
def test_the_whole_message() -> None:
    (problem,) = problems(engine_args={"max_model_length": 8192})
    assert str(problem) == (
        "V-01 llm_serving[a].engine_args.max_model_length: unknown key. Did you mean max_model_len?"
    )


@pytest.mark.req("XC-15")
@pytest.mark.parametrize("variable", ["llm_secrets", "llm_stores", "llm_models"])
def test_unknown_keys_in_every_variable(variable: str) -> None:
    _, found = load({variable: [{"name": "x", "nmae": 1}]})
    assert any(problem.code == "V-01" and problem.path == f"{variable}[x].nmae" for problem in found)
    _, found = load({"llm_cluster": {"flavour": "openshift"}})
    assert [str(problem) for problem in found] == [
        "V-01 llm_cluster.flavour: unknown key. Did you mean flavor?"
    ]


@pytest.mark.req("S0-31")
def test_environment_values_become_strings() -> None:
    assert service(env={"A": 1, "B": True, "C": "x", "D": "", "E": None}).env == {
        "A": "1",
        "B": "true",
        "C": "x",
        "D": "",
    }


@pytest.mark.parametrize(
    ("entry", "path", "message"),
    [
        ({"image": 24.10}, "image", "the number 24.1 was read."),
        ({"version": 0.33}, "version", "the number 0.33 was read."),
        ({"env": {"A": 24.10}}, "env.A", "the number 24.1 was read."),
        (
            {"resources": {"memory": {"limit": 32}}},
            "resources.memory.limit",
            "32 has no unit that fits memory.",
        ),
        (
            {"resources": {"memory": {"limit": "32"}}},
            "resources.memory.limit",
            "32 has no unit that fits memory.",
        ),
        (
            {"resources": {"memory": {"limit": "32m"}}},
            "resources.memory.limit",
            "32m has no unit that fits memory.",
        ),
        ({"resources": {"memory": {"limit": "32gb"}}}, "resources.memory.limit", "32gb is not a quantity."),
        ({"resources": {"cpu": {"limit": "four"}}}, "resources.cpu.limit", "four is not a quantity."),
        ({"resources": {"cpu": {"limit": -1}}}, "resources.cpu.limit", "-1 is negative."),
        ({"topology": {"tensor": "two"}}, "topology.tensor", "'two' is not a whole number."),
        ({"topology": {"tensor": 0}}, "topology.tensor", "0 is too small."),
        ({"topology": {"tensor": True}}, "topology.tensor", "true is not a whole number."),
        ({"topology": 4}, "topology", "number found."),
        ({"presets": "lean-rag"}, "presets", "string found."),
        ({"env": ["A=1"]}, "env", "list found."),
        ({"recreate": "maybe"}, "recreate", "'maybe' is neither true nor false."),
        ({"labels": {"a": ["b"]}}, "labels.a", "list found."),
        ({"platform": "kserv"}, "platform", "kserv is not a known value."),
    ],
)
def test_a_value_of_the_wrong_form(entry: dict[str, Any], path: str, message: str) -> None:
    (problem,) = problems(**entry)
    assert (problem.code, problem.path, problem.message) == ("V-25", f"llm_serving[a].{path}", message)
    assert problem.hint


def test_a_missing_unit_is_proposed() -> None:
    assert problems(resources={"memory": {"limit": 32}})[0].hint == "Write 32Gi."


def test_a_choice_is_told_with_all_choices_and_the_nearest() -> None:
    hint = problems(platform="kserv")[0].hint
    assert hint == "Did you mean kserve? Known values: deployment, kserve, llmd, leader-workers, lws."


def test_what_templates_make_strings_of_is_read() -> None:
    read = service(topology={"tensor": "2"}, recreate="yes", engine_args={"gpu_memory_utilization": "0.5"})
    assert read.topology.tensor == 2
    assert read.recreate is True
    assert read.engine_args.gpu_memory_utilization == 0.5


def test_amounts_of_cpu_may_be_numbers() -> None:
    assert service(resources={"cpu": {"request": 0.5, "limit": 4}}).resources.cpu.limit == "4"


def test_null_is_the_default() -> None:
    read = service(image=None, topology=None, engine_args={"prefix_caching": None}, scaling={"min": None})
    assert read.image is None
    assert read.topology.tensor == 1
    assert read.engine_args.prefix_caching is None
    assert read.scaling.min == 1


@pytest.mark.req("S0-24")
@pytest.mark.parametrize("devices", [0, "0", [0], ["0"]])
def test_devices_are_strings_however_they_are_written(devices: Any) -> None:
    gpu = {"mode": "visible-devices", "visible_devices": devices}
    assert service(gpu=gpu).gpu.visible_devices == ("0",)


def test_a_list_of_devices_may_have_the_form_of_the_variable() -> None:
    assert service(gpu={"visible_devices": "0,1"}).gpu.visible_devices == ("0", "1")


@pytest.mark.parametrize(("written", "read"), [(True, "true"), (False, "false"), ("auto", "auto")])
def test_a_choice_of_true_false_and_more(written: Any, read: str) -> None:
    assert service(gpu={"p2p": written}).gpu.p2p == read


def test_gpu_resources_by_the_name_of_a_preset() -> None:
    fleet, found = load({"llm_cluster": {"gpu_resources": "hami"}})
    assert not found
    assert fleet.cluster.gpu_resources.preset == "hami"
    fleet, found = load({"llm_cluster": {"gpu_resources": {"count": "example.com/gpu"}}})
    assert not found
    assert fleet.cluster.gpu_resources.count == "example.com/gpu"


def test_everything_missing_is_told_at_once() -> None:
    _, found = load({"llm_serving": [{}]})
    assert [problem.path for problem in found] == [
        "llm_serving[0].name",
        "llm_serving[0].model",
        "llm_serving[0].engine",
    ]


def test_every_problem_of_an_entry_is_told_at_once() -> None:
    found = problems(imagee="x", platform="kserv", topology={"tensor": 0}, presets=["nope"], model="n")
    assert {problem.code for problem in found} == {"V-01", "V-20", "V-25"}
    assert len(found) == 5


@pytest.mark.parametrize("wrong", [3, "x", {"a": 1}])
def test_a_variable_that_is_no_list(wrong: Any) -> None:
    for variable in ("llm_secrets", "llm_stores", "llm_models", "llm_serving"):
        _, found = load({variable: wrong})
        assert [(problem.code, problem.path) for problem in found] == [("V-25", variable)]


def test_keys_of_another_kind_are_refused() -> None:
    _, found = load({"llm_stores": [{"name": "s", "kind": "s3", "bucket": "b", "size": "1Gi"}]})
    assert [str(problem) for problem in found] == [
        "V-01 llm_stores[s].size: is no key of kind s3, only of pvc, nfs, csi. Remove it."
    ]


def test_nothing_at_all_is_an_empty_fleet() -> None:
    fleet, found = load({})
    assert not found
    assert not fleet.services
    assert fleet.cluster.flavor == "kubernetes"
    assert load({"llm_cluster": None, "llm_serving": None}) == (fleet, [])
