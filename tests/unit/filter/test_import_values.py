# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.inferops.serving.plugins.filter.adapter_rules import adapter_rules
from ansible_collections.inferops.serving.plugins.filter.import_values import import_values

from tests.unit._import.samples import TRTLLM_CHART


@pytest.mark.req("XC-24")
def test_values_become_variables_and_notes() -> None:
    made = import_values(TRTLLM_CHART, namespace="llm")
    assert set(made) == {
        "llm_cluster",
        "llm_secrets",
        "llm_stores",
        "llm_models",
        "llm_serving",
        "notes",
    }
    assert made["llm_serving"][0]["namespace"] == "llm"


@pytest.mark.parametrize("values", ["text", 1, {"replicaCount": 1}])
def test_what_is_no_such_source_is_refused(values: object) -> None:
    with pytest.raises(AnsibleFilterError):
        import_values(values)  # type: ignore[arg-type]


def test_rules_of_the_adapter_come_besides_those_it_has() -> None:
    made = adapter_rules([{"seriesQuery": "up"}])
    assert made[0] == {"seriesQuery": "up"}
    assert "avg_time_queue_us" in [rule["name"]["as"] for rule in made[1:]]
