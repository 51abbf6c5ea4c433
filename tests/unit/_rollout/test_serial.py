# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies one after the other, with a cluster that has room for some of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import (
    Action,
    Diagnosis,
    ObjectSet,
    Outcome,
)
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client
from ansible_collections.inferops.serving.plugins.module_utils._rollout.serial import (
    apply_serially,
    is_serial,
    running,
)
from ansible_collections.inferops.serving.plugins.module_utils._sets.services import service_set

from tests.unit._plan.inventory import planned

GANG = {"tensor": 2, "pods": "per-gpu", "placement": {"gang": "serial"}}


class Cluster:
    """Room for so many copies; remembers what it was told."""

    def __init__(self, *, room: int, running: int = 0, code: str = "Unschedulable") -> None:
        self.room, self.code = room, code
        self.live = running
        self.told: list[int] = []

    def get(self, _api_version: str, kind: str, _name: str, _namespace: str) -> dict[str, Any] | None:
        assert kind == "LeaderWorkerSet"
        return {"spec": {"replicas": self.live}} if self.live else None

    def in_parallel(self, work: Callable[[Any], Any], items: Any) -> list[Any]:
        return [work(item) for item in items]

    def apply(self, one: ObjectSet) -> Outcome:
        [number] = [obj["spec"]["replicas"] for obj in one.objects if obj["kind"] == "LeaderWorkerSet"]
        self.told.append(number)
        outcome = Outcome(name="set", namespace="default", changed=number != self.live)
        word = "configured" if number != self.live else "unchanged"
        outcome.actions.append(Action(api_version="v1", kind="X", namespace="default", name="x", action=word))
        self.live = number
        if number > self.room:
            outcome.diagnosis.append(Diagnosis(code=self.code, object="x", message="No node.", hint=""))
        return outcome


def rolled_out(cluster: Cluster, copies: int) -> Outcome:
    plan = planned(platform="lws", topology=GANG, scaling={"min": copies})
    return apply_serially(cast(Client, cluster), service_set(plan), cluster.apply)


@pytest.mark.req("S1-88")
def test_each_waits_for_the_one_before() -> None:
    cluster = Cluster(room=3)
    outcome = rolled_out(cluster, 3)
    assert cluster.told == [1, 2, 3]
    assert outcome.changed
    assert not outcome.diagnosis


@pytest.mark.req("S1-88")
def test_one_without_room_is_taken_back() -> None:
    cluster = Cluster(room=2)
    outcome = rolled_out(cluster, 5)
    assert cluster.told == [1, 2, 3, 2]
    [said] = outcome.diagnosis
    assert said.message == "2 of 5 copies run; there is no room for one more. No node."


def test_without_room_for_any_none_is_left() -> None:
    cluster = Cluster(room=0)
    assert rolled_out(cluster, 2).diagnosis
    assert cluster.told == [1, 0]


def test_what_runs_goes_on_running() -> None:
    cluster = Cluster(room=4, running=3)
    rolled_out(cluster, 4)
    assert cluster.told == [3, 4]


def test_fewer_are_told_at_once() -> None:
    cluster = Cluster(room=4, running=4)
    rolled_out(cluster, 2)
    assert cluster.told == [2]


def test_a_copy_that_lost_its_node_is_not_taken_away() -> None:
    """The last of the set need not be the one without room."""
    cluster = Cluster(room=2, running=3)
    assert rolled_out(cluster, 3).diagnosis
    assert cluster.told == [3]


def test_other_trouble_is_left_to_be_looked_at() -> None:
    cluster = Cluster(room=1, code="ImagePull")
    assert [one.code for one in rolled_out(cluster, 3).diagnosis] == ["ImagePull"]
    assert cluster.told == [1, 2]


def test_the_outcome_tells_what_earlier_steps_changed() -> None:
    outcome = rolled_out(Cluster(room=3), 3)
    assert [one.action for one in outcome.actions] == ["configured"]


def test_nothing_to_start_is_nothing_to_wait_for() -> None:
    assert is_serial(planned(platform="lws", topology=GANG))
    assert not is_serial(planned(platform="lws", topology=GANG, state="stopped"))
    assert not is_serial(planned(platform="lws", topology={"tensor": 2, "pods": "per-gpu"}))


def test_copies_of_deployments_are_counted_by_their_leaders() -> None:
    class Deployments(Cluster):
        def get(self, _api_version: str, _kind: str, name: str, _namespace: str) -> dict[str, Any] | None:
            known = {"chat-leader": 1, "chat-2-leader": 0}
            return {"spec": {"replicas": known[name]}} if name in known else None

    plan = planned(engine="triton-trtllm", platform="leader-workers", topology=GANG, scaling={"min": 3})
    assert running(cast(Client, Deployments(room=0)), service_set(plan)) == 1
