# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._inventory import UnknownService, choose, read

FLEET = read(
    {
        "llm_models": [{"name": "m", "source": "facebook/opt-125m"}],
        "llm_serving": [{"name": name, "model": "m", "engine": "vllm"} for name in ("chat", "code")],
    }
).fleet


def test_without_names_every_service_is_chosen() -> None:
    assert [service.name for service in choose(FLEET, []).services] == ["chat", "code"]


def test_named_services_are_chosen_in_the_order_of_the_inventory() -> None:
    assert [service.name for service in choose(FLEET, ["code", "chat"]).services] == ["chat", "code"]


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UnknownService, match=r"chta is no service of llm_serving\. Did you mean chat"):
        choose(FLEET, ["chta"])


def test_a_state_for_all_replaces_that_of_the_entries() -> None:
    assert {service.state for service in choose(FLEET, [], state="stopped").services} == {"stopped"}
