# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._rules.asking import found, paths

SFS = {"name": "sfs", "kind": "pvc"}
LORA = {"lora": {"enabled": True, "max_rank": 16}}


def adapted(**adapter: Any) -> dict[str, Any]:
    return {"source": "m", "store": "sfs", "adapters": [{"name": "sql", "rank": 16, **adapter}]}


def test_an_adapter_lies_under_a_mount() -> None:
    assert not found("V-13", LORA, model=adapted(path="/mnt/models/lora/sql"), stores=[SFS])
    assert not found("V-13", LORA, model=adapted(source="lora/sql"), stores=[SFS])


def test_an_adapter_elsewhere_is_refused_with_the_mounts() -> None:
    (problem,) = found("V-13", LORA, model=adapted(path="/mnt/data/lora/sql"), stores=[SFS])
    assert problem.path == "llm_models[m].adapters[sql].path"
    assert "/mnt/models" in problem.message


def test_a_name_that_begins_like_a_mount_is_not_under_it() -> None:
    assert found("V-13", LORA, model=adapted(path="/mnt/models-old/sql"), stores=[SFS])
    assert found("V-13", LORA, model=adapted(path="/mnt/models/../data/sql"), stores=[SFS])


@pytest.mark.req("S4-16")
def test_a_cache_lies_on_a_volume() -> None:
    cache = {"cache": {"store": "sfs"}}
    assert not found("V-13", cache, stores=[SFS])
    assert paths(found("V-13", cache, stores=[{"name": "sfs", "kind": "hf"}])) == [
        "llm_serving[a].cache.store"
    ]


@pytest.mark.req("S4-16")
def test_a_volume_that_nobody_mounts_is_told() -> None:
    (problem,) = found("V-13", stores=[SFS])
    assert problem.severity == "warning"
    assert problem.path == "llm_stores[sfs]"


def test_a_source_stays_in_its_store() -> None:
    assert paths(found("V-13", model={"source": "../other"})) == ["llm_models[m].source"]
