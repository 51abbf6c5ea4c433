# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Five copies of eight GPUs on 32: all or nothing for each, or a deadlock."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._preflight import preflight
from ansible_collections.inferops.serving.plugins.module_utils._rollout import Rollout, restore

from tests.integration.groups.conftest import PRODUCT, Fleet, Object
from tests.support.lab import eventually

pytestmark = [pytest.mark.proof("C")]

COPIES = {
    "platform": "lws",
    "scaling": {"min": 5},
    "gpu": {"product": PRODUCT},
    "topology": {"tensor": 8, "pods": "per-node", "gpus_per_node": 4},
}
POD_OF = "leaderworkerset.sigs.k8s.io/group-index"


def five(**placement: Any) -> Object:
    return {**COPIES, "topology": {**COPIES["topology"], "placement": placement}}


def started(pods: list[Object]) -> Counter[str]:
    """How many pods of each copy have a node."""
    return Counter(pod["metadata"]["labels"][POD_OF] for pod in pods if pod["spec"].get("nodeName"))


@pytest.mark.req("S1-88")
def test_all_at_once_they_take_each_others_gpus(services: Fleet) -> None:
    verdict = services.roll_out(five(gang="none"))["chat"]
    assert not verdict.ready
    assert {one.code for one in verdict.diagnosis} == {"Unschedulable"}
    eventually(lambda: sum(started(services.pods()).values()) == 8)
    copies = started(services.pods())
    assert sorted(copies.values()) == [1, 1, 2, 2, 2], "two copies hold four GPUs each that serve nobody"


@pytest.mark.req("S1-88")
def test_one_after_the_other_exactly_the_copies_run_that_fit(services: Fleet) -> None:
    verdict = services.roll_out(five(gang="serial"))["chat"]
    assert verdict.ready is False
    [diagnosis] = verdict.diagnosis
    assert diagnosis.code == "Unschedulable"
    assert diagnosis.message.startswith("4 of 5 copies run")
    eventually(lambda: len(services.pods()) == 8)
    assert started(services.pods()) == {"0": 2, "1": 2, "2": 2, "3": 2}
    again = services.roll_out({**five(gang="serial"), "scaling": {"min": 4}})["chat"]
    assert (again.ready, again.changed) == (True, True), "the revision is another"
    assert services.roll_out({**five(gang="serial"), "scaling": {"min": 4}})["chat"].changed is False
    assert preflight(services.client, services.plans).errors == [], "they hold all GPUs, and are its own"
    chat = [one.service for one in services.plans]
    [back] = restore(services.client, chat, Rollout(), revision="1", reason="slow").services
    assert [one.message[:15] for one in back.diagnosis] == ["4 of 5 copies r"]
    assert started(services.pods()) == {"0": 2, "1": 2, "2": 2, "3": 2}, "nothing of the fifth is left"


@pytest.mark.req("S1-88")
def test_a_queue_admits_exactly_the_copies_that_fit(services: Fleet, queue: str) -> None:
    unknown = preflight(services.client, services.planned(five(gang="kueue", queue="nowhere")))
    assert ["no LocalQueue nowhere" in one.message for one in unknown.errors] == [True]
    assert preflight(services.client, services.planned(five(gang="kueue", queue=queue))).errors == []
    verdict = services.roll_out(five(gang="kueue", queue=queue), wait_timeout=12)["chat"]
    assert verdict.ready is False
    assert {one.code for one in verdict.diagnosis} == {"QueueWaiting"}
    copies = started(services.pods())
    assert sorted(copies.values()) == [2, 2, 2, 2]
    waiting = [pod for pod in services.pods() if not pod["spec"].get("nodeName")]
    assert all(pod["spec"].get("schedulingGates") for pod in waiting), "the fifth copy asks for no GPU"
    four = {**five(gang="kueue", queue=queue), "scaling": {"min": 4}}
    one_goes = services.roll_out(four)["chat"]
    assert one_goes.ready, one_goes.diagnosis
    newer = services.roll_out({**four, "image": "vllm/vllm-openai:v0.32.0"})["chat"]
    assert newer.ready, newer.diagnosis
