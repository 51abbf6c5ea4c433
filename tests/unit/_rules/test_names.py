# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._rules.asking import found, paths


@pytest.mark.req("S0-35")
@pytest.mark.parametrize("name", ["a", "chat", "lean-rag-inference", "llama-3-70b"])
def test_names_of_services(name: str) -> None:
    assert not found("V-20", {"name": name})


@pytest.mark.req("S0-35")
@pytest.mark.parametrize(
    ("name", "suggestion"),
    [("8B_Chat", "chat-8b"), ("-a", "a"), ("a-", "a"), ("A.b", "a-b"), ("3", "model-3"), ("é", "model")],
)
def test_what_is_no_name_of_a_service(name: str, suggestion: str) -> None:
    (problem,) = found("V-20", {"name": name})
    assert problem.path == f"llm_serving[{name}].name"
    assert problem.hint == f"Write for example {suggestion}."


@pytest.mark.req("S0-35")
def test_host_names_that_kserve_derives_are_not_too_long() -> None:
    long = "a" * 50
    assert not found("V-20", {"name": long})
    (problem,) = found("V-20", {"name": long, "platform": "kserve", "namespace": "rag"})
    assert f"{long}-predictor-rag" in problem.message


@pytest.mark.req("S1-96")
@pytest.mark.parametrize(
    "key",
    [
        "app",
        "pod-rank",
        "app.kubernetes.io/component",
        "app.kubernetes.io/managed-by",
        "inferops.serving/service",
        "serving.kserve.io/inferenceservice",
    ],
)
def test_labels_that_our_selectors_use(key: str) -> None:
    (problem,) = found("V-20", {"labels": {key: "chat"}})
    assert problem.path == f"llm_serving[a].labels.{key}"
    assert problem.message == "key is used by our selectors."


@pytest.mark.parametrize(("key", "value"), [("team", "a b"), ("te am", "x"), ("x" * 64, "x"), ("team", "é")])
def test_labels_that_the_api_refuses(key: str, value: str) -> None:
    assert found("V-20", {"labels": {key: value}})


def test_ordinary_labels_pass() -> None:
    assert not found("V-20", {"labels": {"team": "search", "example.com/cost-center": "42", "empty": ""}})


def test_our_annotations_are_ours() -> None:
    assert found("V-20", {"annotations": {"inferops.serving/spec-hash": "x"}})
    assert not found("V-20", {"annotations": {"sim.lab/ready-after": "3s"}})


@pytest.mark.req("S0-35")
def test_kserve_refuses_pythonpath() -> None:
    assert found("V-20", {"platform": "kserve", "env": {"PYTHONPATH": "/x"}})
    assert not found("V-20", {"env": {"PYTHONPATH": "/x"}})


@pytest.mark.req("S4-01")
def test_tritons_directory_is_the_models_name() -> None:
    triton = {"engine": "triton-vllm"}
    assert not found(
        "V-20", triton | {"model": "vllm_model"}, models=[{"name": "vllm_model", "source": "gpt2"}]
    )
    assert found("V-20", triton | {"model": "a/b"}, models=[{"name": "a/b", "source": "gpt2"}])


@pytest.mark.req("S2-13")
def test_served_names_agree() -> None:
    assert not found("V-20", model={"served_names": ["rag", "rag-v2"]})
    assert found("V-20", model={"served_names": ["rag", "rag"]})
    assert found("V-20", {"engine": "triton-vllm"}, model={"served_names": ["rag"]})
    assert not found("V-20", {"engine": "triton-vllm"}, model={"served_names": ["m"]})


def test_names_of_secrets_claims_and_namespaces() -> None:
    problems = found(
        "V-20",
        {"namespace": "My_Space"},
        stores=[{"name": "My_Store", "kind": "pvc"}],
        secrets=[{"name": "My_Secret", "kind": "hf-token", "value": "x"}],
        cluster={"namespaces": [{"name": "Other Space"}]},
    )
    assert paths(problems) == [
        "llm_serving[a].namespace",
        "llm_secrets[My_Secret].name",
        "llm_stores[My_Store].name",
        "llm_cluster.namespaces[Other Space].name",
    ]


def test_the_name_of_the_object_counts_not_that_of_the_entry() -> None:
    stores = [{"name": "My_Store", "kind": "pvc", "claim": "models"}]
    assert not found("V-20", stores=stores)


@pytest.mark.parametrize(
    ("longest", "entry"),
    [
        (50, {"platform": "lws", "topology": {"tensor": 2, "pods": "per-gpu"}}),
        (
            55,
            {
                "engine": "triton-trtllm",
                "platform": "leader-workers",
                "image": "nvcr.io/nvidia/tritonserver:24.04-trtllm-python-py3",
                "topology": {"tensor": 2},
            },
        ),
    ],
)
def test_ranks_and_groups_have_names_of_their_own(longest: int, entry: dict[str, Any]) -> None:
    name = "a" * longest
    assert not [one for one in found("V-20", {**entry, "name": name}) if one.path.endswith(".name")]
    (problem,) = [one for one in found("V-20", {**entry, "name": name + "a"}) if one.path.endswith("].name")]
    assert problem.hint == "Shorten it by 1."
