# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json

import pytest

from tests.unit._plan.inventory import main_container, planned, pod, rendered

KNOWN = {
    "--model",
    "--served-model-name",
    "--force-dummy-tokenizer",
    "--port",
    "--max-model-len",
    "--max-num-seqs",
    "--seed",
    "--lora-modules",
}
"""Flags of version 0.10.2, which stops at any other."""


@pytest.mark.parametrize("platform", ["deployment", "kserve"])
def test_only_flags_that_it_knows(platform: str) -> None:
    args = main_container(
        rendered(
            engine="simulator",
            platform=platform,
            engine_args={"max_model_len": 4096, "max_num_seqs": 4, "seed": 1},
            model={"adapters": [{"name": "sql", "source": "lora/sql", "rank": 8}]},
            lora={"enabled": True, "max_rank": 8},
        )
    )["args"]
    assert {argument.partition("=")[0] for argument in args if argument.startswith("--")} == KNOWN


def test_it_answers_under_the_names_of_the_model() -> None:
    args = main_container(rendered(engine="simulator", model={"served_names": ["a", "b"]}))["args"]
    assert args[args.index("--model") + 1] == "a"
    at = args.index("--served-model-name")
    assert args[at + 1 : at + 3] == ["a", "b"]


def test_adapters_are_json() -> None:
    adapters = [{"name": "sql", "source": "lora/sql", "rank": 8}]
    args = main_container(
        rendered(engine="simulator", model={"adapters": adapters}, lora={"enabled": True, "max_rank": 8})
    )["args"]
    assert json.loads(args[args.index("--lora-modules") + 1])["name"] == "sql"


def test_it_needs_no_model_and_no_shared_memory() -> None:
    objects = rendered(engine="simulator", model={"store": "bucket"}, cache={"store": "sfs"})
    assert [volume["name"] for volume in pod(objects)["volumes"]] == ["scratch"]
    assert "initContainers" not in pod(objects)


def test_on_kserve_nothing_is_fetched() -> None:
    objects = rendered(engine="simulator", platform="kserve", model={"store": "bucket"})
    assert set(objects) == {"ServingRuntime", "InferenceService"}
    assert "storageUri" not in objects["InferenceService"]["spec"]["predictor"]["model"]


def test_it_is_ready_when_it_says_so() -> None:
    plan = planned(engine="simulator")
    assert plan.readiness_probe.path == "/health/ready"
    assert plan.liveness_probe.path == "/health"
