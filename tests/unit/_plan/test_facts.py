# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import time
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._objects import service_objects
from ansible_collections.inferops.serving.plugins.module_utils._plan import plan

from tests.unit._plan.inventory import fleet, planned


@pytest.mark.parametrize(
    ("engine", "platform", "ports"),
    [
        ("vllm", "deployment", {"http": 8000}),
        ("vllm", "kserve", {"http1": 8080}),
        ("simulator", "kserve", {"http1": 8080}),
        ("triton-vllm", "deployment", {"http": 8000, "grpc": 8001, "metrics": 8002}),
        ("triton-vllm", "kserve", {"http1": 8080, "grpc": 9000, "metrics": 8002}),
    ],
)
def test_ports_follow_from_engine_and_platform(engine: str, platform: str, ports: dict[str, int]) -> None:
    assert {port.name: port.number for port in planned(engine=engine, platform=platform).ports} == ports


@pytest.mark.parametrize(
    ("image", "version"),
    [
        (None, "0.33.0"),
        ("registry.example/vllm-openai:v0.12.0", "0.12.0"),
        ("registry.example/own:1", "0.33.0"),
    ],
)
def test_engine_version(image: str | None, version: str) -> None:
    assert planned(**({"image": image} if image else {})).engine_version == version


def test_the_version_of_vllm_in_triton_is_that_of_the_image() -> None:
    image = "nvcr.io/nvidia/tritonserver:26.06-vllm-python-py3"
    assert planned(engine="triton-vllm", image=image).engine_version == "0.22.1"


def test_a_given_version_wins_over_the_tag() -> None:
    assert planned(image="own:v0.12.0", version="0.13.0").engine_version == "0.13.0"


def test_pinned_images_come_from_the_clusters_registry_and_given_ones_as_written() -> None:
    cluster = {"registry": {"mirrors": {"docker.io": "registry.example/hub"}}}
    assert planned(cluster=cluster).image.startswith("registry.example/hub/vllm/vllm-openai:v")
    assert planned(cluster=cluster, image="docker.io/own/vllm:v1").image == "docker.io/own/vllm:v1"


@pytest.mark.parametrize("preset", ["seed", "current"])
@pytest.mark.parametrize("engine", ["vllm", "triton-vllm", "simulator"])
def test_every_engine_has_an_image_under_every_preset(engine: str, preset: str) -> None:
    assert ":" in planned(engine=engine, cluster={"version_preset": preset}).image


@pytest.mark.req("S2-13")
def test_the_served_name_is_the_models_unless_told_otherwise() -> None:
    assert planned().served_names == ("llama",)
    assert planned(model={"served_names": ["a", "b"]}).served_names == ("a", "b")


def test_triton_serves_a_model_by_its_directory() -> None:
    assert planned(engine="triton-vllm", model={"served_names": ["a"]}).served_names == ("llama",)


def test_labels_of_the_user_never_hide_ours() -> None:
    labels = planned(labels={"team": "search"}).labels
    assert labels["team"] == "search"
    assert labels["app.kubernetes.io/managed-by"] == "inferops.serving"
    assert labels["inferops.serving/service"] == "chat"


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({}, ("chat", 8000)),
        ({"expose": {"type": "none"}}, None),
        ({"expose": {"port": 80}}, ("chat", 80)),
        ({"platform": "kserve"}, ("chat-predictor", 80)),
        ({"platform": "kserve", "expose": {"type": "none"}}, ("chat-predictor", 80)),
        ({"platform": "kserve", "expose": {"type": "nodeport"}}, ("chat-nodeport", 8080)),
        ({"platform": "kserve", "expose": {"port": 8000}}, ("chat-cluster", 8000)),
    ],
)
def test_the_address_inside_the_cluster(given: dict[str, Any], address: tuple[str, int] | None) -> None:
    assert planned(**given).address == address


def test_credentials_for_the_hub_are_references() -> None:
    credential = planned(model={"store": "hub"}).model_credentials["HF_TOKEN"]
    assert (credential.secret, credential.key) == ("token", "password")  # type: ignore[union-attr]


def test_planning_and_rendering_grow_linearly() -> None:
    def cost(count: int) -> float:
        services = [
            {
                "name": f"s{index}",
                "model": "llama",
                "engine": ("vllm", "triton-vllm", "simulator")[index % 3],
                "platform": ("deployment", "kserve")[index % 2],
            }
            for index in range(count)
        ]
        many = fleet(services)
        runs = []
        for _ in range(3):
            begun = time.process_time()
            for each in plan(many):
                service_objects(each)
            runs.append(time.process_time() - begun)
        return min(runs)

    assert cost(400) < 2 * 4 * cost(100)
