# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What services are held to where the inventory is not asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply.revisions import REVISION_OF_LABEL
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client
from ansible_collections.inferops.serving.plugins.module_utils._inventory import read
from ansible_collections.inferops.serving.plugins.module_utils._probe import target_for
from ansible_collections.inferops.serving.plugins.module_utils._probe.proof import Running
from ansible_collections.inferops.serving.plugins.module_utils._served import SERVES, memory, planned
from ansible_collections.inferops.serving.plugins.module_utils._sets.services import service_set, set_of

from tests.unit._probe.cluster import Cluster, Object

MODELS = [{"name": name, "source": f"org/{name}"} for name in ("old", "new")]


class Parallel(Cluster):
    def in_parallel(self, work: Callable[[Any], Any], items: Any) -> list[Any]:
        return [work(item) for item in items]


def inventory(model: str, **keys: Any) -> Any:
    entry = {"name": "chat", "namespace": "rag", "model": model, "engine": "vllm", **keys}
    return read({"llm_models": MODELS, "llm_serving": [entry]})


def revision(facts: dict[str, Any], objects: Any) -> Object:
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": {"name": "r", "namespace": "rag", "labels": {REVISION_OF_LABEL: set_of("chat")}},
        "revision": 4,
        "data": {"facts": facts, "objects": list(objects)},
    }


def test_what_ran_is_expected_and_the_entry_says_how_to_ask() -> None:
    [ran] = inventory("old").plans
    kept = revision({SERVES: memory(planned(ran))}, service_set(ran).objects)
    services = inventory("new", verify={"prompt": "Why?"}, misspelt=1).fleet.services
    running = Running(cast(Client, Parallel(kept)), services)
    [target] = map(target_for, services, running.served())
    assert target.question.models == ("old",)
    assert target.question.prompt == "Why?"


@pytest.mark.parametrize(
    ("objects", "said"),
    [([], "rag/chat: no revision is kept"), ([revision({}, [])], "rag/chat: revision 4 does not say")],
)
def test_what_no_revision_says_is_not_made_up(objects: list[Object], said: str) -> None:
    running = Running(cast(Client, Parallel(*objects)), inventory("old").fleet.services)
    with pytest.raises(ValueError, match=said):
        running.served()
