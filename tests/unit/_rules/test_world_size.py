# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.unit._rules.asking import found

LLAMA = {"source": "meta-llama/Meta-Llama-3-8B"}


@pytest.mark.parametrize("tensor", [1, 2, 4, 8, 16, 32])
def test_a_size_that_divides_the_attention_heads(tensor: int) -> None:
    assert not found("V-04", {"topology": {"tensor": tensor}}, model=LLAMA)


@pytest.mark.parametrize("tensor", [3, 5, 6, 7])
def test_a_size_that_does_not(tensor: int) -> None:
    (problem,) = found("V-04", {"topology": {"tensor": tensor}}, model=LLAMA)
    assert problem.severity == "error"
    assert problem.path == "llm_serving[a].topology.tensor"
    assert "32 attention heads" in problem.message
    assert "1, 2, 4" in problem.hint


def test_what_is_not_known_of_a_model_is_told_as_not_checked() -> None:
    (problem,) = found("V-04", {"topology": {"tensor": 3}})
    assert problem.severity == "warning"
    assert "not checked" in problem.message


def test_a_simulator_splits_nothing() -> None:
    assert not found("V-04", {"engine": "simulator", "topology": {"tensor": 3}}, model=LLAMA)


def test_a_preset_made_for_other_sizes_warns() -> None:
    assert not found("V-04", {"presets": ["size-large"], "topology": {"tensor": 4}})
    (problem,) = found("V-04", {"presets": ["size-large"], "topology": {"tensor": 8}})
    assert problem.severity == "warning"
    assert "size-large" in problem.message
