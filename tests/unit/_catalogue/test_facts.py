# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pins, GPU products and models."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._catalogue import PINS, pinned
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.gpus import PRODUCTS, product
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.models import model_facts
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.triton import (
    TRTLLM_IN_TRITON,
    VLLM_IN_TRITON,
)


@pytest.mark.req("XC-21")
@pytest.mark.parametrize("name", PINS)
def test_every_component_has_a_current_version(name: str) -> None:
    assert re.fullmatch(r"v?\d[\w.-]*", str(pinned(name, "current")))
    seed = pinned(name, "seed")
    assert seed is None or re.fullmatch(r"v?\d[\w.-]*", seed)


@pytest.mark.req("XC-21")
def test_the_two_presets_differ() -> None:
    assert (pinned("nfd", "seed"), pinned("nfd", "current")) == ("0.15.4", "0.19.0")


@pytest.mark.req("XC-21")
def test_no_long_version_is_written_a_second_time() -> None:
    plugins = Path(__file__).parents[3] / "plugins"
    telling = {pin.current for pin in PINS.values() if len(pin.current) > len("v0.10.0")}
    others = [path for path in plugins.rglob("*.py") if "_catalogue" not in path.parts]
    assert not [(path.name, version) for path in others for version in telling if version in path.read_text()]


@pytest.mark.req("S2-10")
@pytest.mark.parametrize(
    ("label", "compute"),
    [
        ("NVIDIA-A10G", (8, 6)),
        ("NVIDIA-A100-SXM4-80GB", (8, 0)),
        ("NVIDIA-L4", (8, 9)),
        ("NVIDIA-H100-80GB-HBM3", (9, 0)),
        ("Tesla-V100-SXM2-16GB", (7, 0)),
        ("Tesla-T4", (7, 5)),
        ("NVIDIA-A10G-SHARED", (8, 6)),
        ("NVIDIA-A100-SXM4-40GB-MIG-1g.5gb", (8, 0)),
    ],
)
def test_compute_capabilities(label: str, compute: tuple[int, int]) -> None:
    known = product(label)
    assert known
    assert known.compute == compute


def test_products_that_are_not_known() -> None:
    assert product("NVIDIA-A10G-X") is None
    assert product("") is None


@pytest.mark.parametrize("label", PRODUCTS)
def test_linked_gpus_are_those_with_sxm_or_of_a_later_kind(label: str) -> None:
    if "SXM" in label:
        assert PRODUCTS[label].nvlink
    if "PCI" in label:
        assert not PRODUCTS[label].nvlink


@pytest.mark.req("S1-57")
@pytest.mark.parametrize(
    ("source", "known"),
    [
        ("gpt2", True),
        ("openai-community/gpt2", True),
        ("models/gpt2/", True),
        ("xgpt2y", False),
        ("org/gpt2-xl", False),
        ("meta-llama/Meta-Llama-3-8B-Instruct", True),
        ("raw/llama-3-8b", True),
        ("org/Llama-3-8B-Instruct-quantized", False),
        ("gpt2/other", False),
    ],
)
def test_models_are_known_by_their_whole_name(source: str, known: bool) -> None:
    assert (model_facts(source) is not None) is known


def test_measured_sizes() -> None:
    sizes = {name: model_facts(name) for name in ("Llama-3-8B", "Llama-3-70B")}
    assert [facts.raw_size for facts in sizes.values() if facts] == ["15Gi", "90Gi"]


@pytest.mark.parametrize("carried", [VLLM_IN_TRITON, TRTLLM_IN_TRITON])
def test_releases_of_triton_are_in_order(carried: dict[str, str]) -> None:
    numbers = [tuple(map(int, re.findall(r"\d+", version)[:3])) for version in carried.values()]
    assert list(carried) == sorted(carried)
    assert numbers == sorted(numbers)
