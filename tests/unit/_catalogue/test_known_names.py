# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that versions of vLLM know."""

from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.known_names import (
    known_names,
    last_seen,
    nearest_name,
)
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.metrics import VLLM
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.successors import (
    CONNECTORS,
    DEPRECATED_QUANTIZATION,
    ENVIRONMENT,
    QUANTIZATION,
)

NEWEST = "0.33.0"


def test_names_by_version() -> None:
    assert "VLLM_USE_RAY_WRAPPED_PP_COMM" in known_names("variables", "0.32.0")
    assert "VLLM_USE_RAY_WRAPPED_PP_COMM" in known_names("variables", "0.32.1")
    assert "VLLM_USE_RAY_WRAPPED_PP_COMM" not in known_names("variables", NEWEST)
    assert last_seen("variables", "VLLM_USE_RAY_WRAPPED_PP_COMM") == "0.32.0"


@pytest.mark.parametrize("version", ["0.10.2", "0.22.1", "0.99.0"])
def test_a_version_that_was_not_looked_into(version: str) -> None:
    assert not known_names("connectors", version)


def test_what_is_gone_is_not_known_any_more() -> None:
    for table, gone in (
        ("variables", ENVIRONMENT),
        ("quantization", QUANTIZATION),
        ("connectors", CONNECTORS),
    ):
        assert not set(gone) & known_names(table, NEWEST)
    assert set(DEPRECATED_QUANTIZATION) <= known_names("quantization", NEWEST)


def test_the_nearest_name() -> None:
    assert nearest_name("connectors", "NixlConector", NEWEST) == "NixlConnector"
    assert nearest_name("connectors", "x", NEWEST) is None


@pytest.mark.req("S4-34")
@pytest.mark.parametrize("version", ["0.32.0", NEWEST])
def test_series_that_rules_and_autoscalers_use_are_exported(version: str) -> None:
    """Counters are exported with a suffix, histograms with several."""
    used = {each.total.removesuffix("_sum") for each in VLLM.durations.values()}
    used |= {VLLM.requests, VLLM.waiting, VLLM.running, VLLM.first_token}
    used |= {str(VLLM.series(what, version)) for what in VLLM.names}
    assert {name.removesuffix("_total") for name in used} <= known_names("series", version)
