# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._plan import provenance

from tests.unit._plan.inventory import planned


def sources(**given: Any) -> dict[str, tuple[Any, str]]:
    """Value and source by key."""
    return {each["key"]: (each["value"], each["source"]) for each in provenance(planned(**given))}


def test_each_value_has_its_source() -> None:
    found = sources(
        presets=["size-medium", "low-latency"], engine_args={"max_model_len": 4096}, topology={"tensor": 2}
    )
    assert found["engine_args.gpu_memory_utilization"] == (0.85, "preset:size-medium")
    assert found["engine_args.chunked_prefill"] == (False, "preset:low-latency")
    assert found["engine_args.max_model_len"] == (4096, "user")
    assert found["topology.tensor"] == (2, "user")
    assert found["topology.pipeline"] == (1, "default")
    assert found["shm_size"] == ("4Gi", "derived")
    assert found["resources.memory.limit"][1] == "derived"


def test_what_is_left_to_the_engine_is_not_there() -> None:
    assert not {"engine_args.max_num_seqs", "engine_args.kv_cache_dtype"} & sources().keys()


def test_keys_of_other_engines_and_platforms_are_not_there() -> None:
    keys = sources()
    assert not [key for key in keys if key.startswith(("conversion.", "kserve.", "llmd.", "router."))]
    assert "engine_args.log_iso8601" not in keys
    assert "engine_args.log_iso8601" in sources(engine="triton-vllm")


def test_items_of_maps_have_sources_of_their_own() -> None:
    found = sources(env={"A": 1}, labels={"team": "search"})
    assert found["env.A"] == ("1", "user")
    assert found["labels.team"] == ("search", "user")


@pytest.mark.parametrize(
    ("given", "key", "value"),
    [
        ({"engine": "simulator"}, "gpu.mode", "none"),
        ({"engine": "aidaptiv", "kv_offload": {"ssd_gb": 500}}, "kv_offload.device_count", 1),
        ({"engine": "aidaptiv", "kv_offload": {"ssd_gb": 500}}, "kv_offload.provider", "aidaptiv"),
        (
            {"gpu": {"mode": "vgpu"}, "cluster": {"gpu_resources": "hami"}},
            "topology.placement.scheduler",
            "hami-scheduler",
        ),
        ({"cluster": {"flavor": "openshift"}}, "delivery", "mount"),
        ({}, "expose.port", 8000),
    ],
)
def test_what_follows_is_told_with_its_value(given: dict[str, Any], key: str, value: Any) -> None:
    assert sources(**given)[key] == (value, "derived")


def test_it_can_be_written_down() -> None:
    given = {"tolerations": [{"key": "a"}], "engine_args": {"speculative": {"method": "ngram"}}}
    rows = provenance(planned(**given))
    assert json.loads(json.dumps(rows))
    assert {row["source"].partition(":")[0] for row in rows} <= {"user", "preset", "derived", "default"}
