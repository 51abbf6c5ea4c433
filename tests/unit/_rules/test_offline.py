# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.unit._rules.asking import found

HUB = {"name": "hub", "kind": "hf", "offline": True}
SFS = {"name": "sfs", "kind": "pvc"}
GPT2 = {"source": "openai-community/gpt2", "store": "hub"}


@pytest.mark.req("S4-18")
def test_a_hub_id_on_an_offline_hub() -> None:
    (problem,) = found("V-26", model=GPT2, stores=[HUB])
    assert problem.path == "llm_models[m].source"
    assert "openai-community/gpt2 is a hub id, but store hub is offline." in problem.message


@pytest.mark.req("S4-18")
def test_a_path_in_another_store() -> None:
    assert not found("V-26", model={"source": "gpt2", "store": "sfs"}, stores=[HUB, SFS])
    assert not found("V-26", model=GPT2, stores=[HUB | {"offline": False}])


@pytest.mark.req("S4-18")
def test_a_warm_cache() -> None:
    cache = {"cache": {"store": "sfs", "prewarm": True}}
    assert not found("V-26", cache, model=GPT2, stores=[HUB, SFS])
    assert found("V-26", {"cache": {"store": "sfs"}}, model=GPT2, stores=[HUB, SFS])


def test_one_model_is_told_once() -> None:
    assert len(found("V-26", {"name": "a"}, {"name": "b"}, model=GPT2, stores=[HUB])) == 1
