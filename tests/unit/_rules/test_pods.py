# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._rules.asking import found, paths

ENGINE = {
    "engine": "triton-trtllm",
    "platform": "leader-workers",
    "image": "nvcr.io/nvidia/tritonserver:24.04-trtllm-python-py3",
}


def trtllm(tensor: int, pipeline: int = 1, **more: Any) -> list[str]:
    topology = {"tensor": tensor, "pipeline": pipeline, **more.pop("topology", {})}
    return [
        str(one) for one in found("V-04", {**ENGINE, "topology": topology, **more}) if "world" in one.message
    ]


@pytest.mark.req("S1-59", "S1-60")
@pytest.mark.parametrize("size", range(1, 65))
def test_tensorrt_llm_takes_powers_of_two_up_to_32(size: int) -> None:
    assert bool(trtllm(size)) == (size not in (1, 2, 4, 8, 16, 32))


@pytest.mark.req("S1-59", "S1-60")
def test_the_world_is_tensor_times_pipeline_and_the_nearest_sizes_are_named() -> None:
    (said,) = trtllm(3, 2)
    assert "world size 6 (tensor 3 by pipeline 2)" in said
    assert "Nearest legal sizes: 4 and 8." in said
    assert not trtllm(4, 2)


@pytest.mark.req("S1-60")
def test_beyond_the_largest_only_that_is_near() -> None:
    (said,) = trtllm(33)
    assert "Nearest legal sizes: 32." in said


@pytest.mark.req("S1-60")
def test_who_knows_better_says_so() -> None:
    assert not trtllm(6, allow_any_world_size=True)


@pytest.mark.req("S1-60")
def test_vllm_has_no_such_rule() -> None:
    assert not found("V-04", {"topology": {"tensor": 3}}, model={"source": "openai-community/gpt2"})


LWS = {"platform": "lws"}


@pytest.mark.req("S1-62")
def test_pods_of_nodes_divide_the_copy_evenly() -> None:
    topology = {"tensor": 8, "pods": "per-node", "gpus_per_node": 4}
    assert not found("V-04", {**LWS, "topology": topology})
    (problem,) = found("V-04", {**LWS, "topology": {**topology, "gpus_per_node": 3}})
    assert problem.path == "llm_serving[a].topology.gpus_per_node"
    assert problem.hint == "Write one of 1, 2, 4, 8."


@pytest.mark.req("S1-62")
def test_pods_of_nodes_say_how_many_gpus_a_node_has() -> None:
    (problem,) = found("V-04", {**LWS, "topology": {"tensor": 8, "pods": "per-node"}})
    assert problem.path == "llm_serving[a].topology.gpus_per_node"


def test_gpus_of_a_node_matter_to_pods_of_nodes_alone() -> None:
    (problem,) = found("V-04", {**LWS, "topology": {"tensor": 8, "gpus_per_node": 4}})
    assert "no effect" in problem.message


@pytest.mark.parametrize("platform", ["deployment", "kserve"])
def test_some_platforms_run_a_copy_in_one_pod(platform: str) -> None:
    problems = found("V-04", {"platform": platform, "topology": {"tensor": 2, "pods": "per-gpu"}})
    assert paths(problems) == ["llm_serving[a].topology.pods"]
    assert not found("V-04", {"platform": platform, "topology": {"tensor": 2, "pods": "single"}})


def test_why_kserve_spreads_no_copy_is_said() -> None:
    (problem,) = found("V-04", {"platform": "kserve", "topology": {"tensor": 2, "pods": "per-gpu"}})
    assert "kserve#6113" in problem.message
    assert "lws" in problem.hint
    assert "llmd" in problem.hint


def test_an_old_vllm_needs_one_pod() -> None:
    entry = {**LWS, "topology": {"tensor": 2, "pods": "per-gpu"}, "image": "vllm/vllm-openai:v0.10.2"}
    (problem,) = found("V-04", entry)
    assert "Ray" in problem.message
    assert not found("V-04", {**entry, "image": "vllm/vllm-openai:v0.33.0"})
