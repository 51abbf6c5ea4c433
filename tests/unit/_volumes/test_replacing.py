# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which claims and volumes give way to new ones, and what is in the way, on a few objects in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any, cast

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._cluster import ApiError, Client
from ansible_collections.inferops.serving.plugins.module_utils._volumes import (
    free,
    obstacles,
    outdated,
    released,
)
from ansible_collections.inferops.serving.plugins.module_utils._volumes.mounted import mounted

Object = dict[str, Any]
BOTH = ["PersistentVolume", "PersistentVolumeClaim"]


def claim(size: str = "10Gi", *, uid: str = "new") -> Object:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": "models",
            "namespace": "rag",
            "uid": uid,
            "labels": {"inferops.serving/store": "models"},
        },
        "spec": {"volumeName": "rag-models", "resources": {"requests": {"storage": size}}},
    }


def volume(
    server: str = "one.example", *, uid: str = "new", phase: str = "Bound", reclaim: str = "Retain"
) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {
            "name": "rag-models",
            "resourceVersion": "7",
            "labels": {"inferops.serving/store": "models"},
        },
        "spec": {
            "nfs": {"server": server},
            "persistentVolumeReclaimPolicy": reclaim,
            "claimRef": {"namespace": "rag", "name": "models", "uid": uid},
        },
        "status": {"phase": phase},
    }


def pod(name: str = "chat-0", *, claimed: str = "models", **metadata: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "rag", **metadata},
        "spec": {"volumes": [{"emptyDir": {}}, {"persistentVolumeClaim": {"claimName": claimed}}]},
    }


class Cluster:
    """Objects in memory whose spec cannot be changed."""

    def __init__(self, *objects: Object) -> None:
        self.objects = objects
        self.patches: list[Object] = []

    def get(self, version: str, kind: str, name: str, namespace: str | None = None) -> Object | None:
        return next(
            (one for one in self.list(version, kind, namespace=namespace) if _name(one) == name), None
        )

    def list(self, _version: str, kind: str, *, namespace: str | None = None) -> list[Object]:
        here = {None, namespace} if namespace else {None}
        return [
            one
            for one in self.objects
            if one["kind"] == kind and (not namespace or one["metadata"].get("namespace") in here)
        ]

    def apply(self, obj: Object, *, dry_run: bool, force: bool) -> None:
        assert dry_run
        assert force
        live = self.get("v1", obj["kind"], _name(obj), obj["metadata"].get("namespace"))
        if live and live["spec"] != obj["spec"]:
            raise ApiError(status=422, reason="Invalid", message="spec is immutable after creation")

    def patch(self, obj: Object, change: Object, *, dry_run: bool) -> Object:
        self.patches.append({"dry_run": dry_run, **change})
        return deepcopy(obj)

    def in_parallel(self, work: Callable[[Any], Any], items: Iterable[Any]) -> Any:
        return [work(item) for item in items]


def _name(obj: Object) -> str:
    return str(obj["metadata"]["name"])


def cluster(*objects: Object) -> Client:
    return cast(Client, Cluster(*objects))


def names(objects: Iterable[Object]) -> list[str]:
    return [one["kind"] for one in objects]


def test_what_can_be_changed_in_place_stays() -> None:
    assert outdated(cluster(claim(), volume()), [volume(), claim()], BOTH) == []


def test_nothing_gives_way_that_was_not_named() -> None:
    assert outdated(cluster(claim(), volume()), [volume("two.example"), claim()], []) == []


def test_a_claim_goes_before_the_volume_that_it_holds() -> None:
    old = outdated(cluster(claim(), volume()), [volume("two.example"), claim()], BOTH)
    assert names(old) == ["PersistentVolumeClaim", "PersistentVolume"]


def test_a_claim_alone_may_be_made_anew() -> None:
    old = outdated(cluster(claim(), volume()), [volume(), claim("5Gi")], BOTH)
    assert names(old) == ["PersistentVolumeClaim"]


def test_a_volume_does_not_go_from_under_its_claim() -> None:
    here = cluster(claim(), volume())
    old = outdated(here, [volume("two.example"), claim()], ["PersistentVolume"])
    (problem,) = obstacles(here, old, purge=False)
    assert "claim rag/models is bound to it" in problem.message
    assert problem.hint == "Name PersistentVolumeClaim in recreate too."


def test_data_that_would_go_with_a_claim_need_a_word_of_their_own() -> None:
    here = cluster(claim(), volume(reclaim="Delete"))
    (problem,) = obstacles(here, [claim()], purge=False)
    assert "volume rag-models and its data are deleted with claim rag/models" in problem.message
    assert not obstacles(here, [claim()], purge=True)


def test_a_claim_does_not_go_from_under_its_pods() -> None:
    here = cluster(claim(), volume(), *(pod(f"chat-{number}") for number in range(7)))
    (problem,) = obstacles(here, [claim(), volume()], purge=False)
    assert problem.path == "llm_stores[models]"
    assert problem.message.startswith("claim rag/models is mounted by chat-0, chat-1,")
    assert problem.message.endswith("and 2 more.")


@pytest.mark.parametrize("other", [pod(claimed="cache"), pod(deletionTimestamp="2026-01-01T00:00:00Z")])
def test_pods_without_the_claim_or_on_their_way_out_are_in_nobodys_way(other: Object) -> None:
    assert not mounted(cluster(claim(), other), [claim()])


def test_a_volume_whose_claim_is_gone_is_released() -> None:
    left = volume(uid="old", phase="Released")
    assert released(cluster(left), [claim()]) == [left]
    assert released(cluster(left, claim(uid="new")), [claim()]) == [left]


def test_a_volume_whose_claim_is_there_or_that_nobody_names_is_not() -> None:
    bound, left = volume(), volume(uid="old", phase="Released")
    assert not released(cluster(bound, claim()), [claim()])
    assert not released(cluster(left), [])
    elsewhere = {**claim(), "metadata": {**claim()["metadata"], "namespace": "other"}}
    assert not released(cluster(left), [elsewhere])


def test_a_volume_may_not_know_yet_that_its_claim_was_deleted() -> None:
    left = volume(uid="old")
    assert not released(cluster(left), [claim()])
    assert released(cluster(left), [claim()], gone=[claim(uid="old")]) == [left]


def test_a_freed_volume_forgets_its_claim_and_stays_kept_for_the_next() -> None:
    here = Cluster(volume())
    (outcome,) = free(cast(Client, here), [volume()], check_mode=False, show_diff=True)
    (patch,) = here.patches
    assert patch["spec"] == {"claimRef": {"uid": None, "resourceVersion": None}}
    assert patch["metadata"] == {"resourceVersion": "7"}
    assert [(one.kind, one.action) for one in outcome.actions] == [("PersistentVolume", "configured")]
    assert outcome.diff


def test_in_check_mode_it_only_would() -> None:
    here = Cluster(volume())
    (outcome,) = free(cast(Client, here), [volume()], check_mode=True, show_diff=False)
    assert here.patches[0]["dry_run"] is True
    assert outcome.actions[0].action == "would-configure"
