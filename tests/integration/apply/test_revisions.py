# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What was applied is remembered as ControllerRevisions."""

from __future__ import annotations

import json
import time

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import (
    ObjectSet,
    apply,
    list_revisions,
    mark_verified,
    record_revision,
    remove,
)
from ansible_collections.inferops.serving.plugins.module_utils._cluster import Client

from .samples import config_map, secret

pytestmark = [pytest.mark.proof("C")]


def record(client: Client, namespace: str, spec_hash: str, *, limit: int = 10) -> int:
    objects = [config_map("a", version=spec_hash), secret("s", token="never-kept-anywhere")]
    revision, _new = record_revision(
        client,
        name="svc",
        namespace=namespace,
        objects=objects,
        spec_hash=spec_hash,
        applied_by="tester",
        limit=limit,
    )
    return revision.number


@pytest.mark.req("XC-13")
def test_revisions_grow_and_a_rollback_is_no_copy(client: Client, namespace: str) -> None:
    apply(client, [ObjectSet(name="svc", namespace=namespace, objects=[config_map("a")])])
    assert [record(client, namespace, spec) for spec in ("one", "one", "two", "one")] == [1, 1, 2, 3]
    history = list_revisions(client, name="svc", namespace=namespace)
    assert [(one.number, one.spec_hash) for one in history] == [(3, "one"), (2, "two")]
    newest, found = history
    assert found.objects[0]["data"] == {"version": "two"}
    assert found.applied_by == "tester"
    assert newest.former_numbers == (1,)
    assert [newest.has_been(number) for number in (3, 1, 2)] == [True, True, False]
    kept = json.dumps(client.list("apps/v1", "ControllerRevision", namespace=namespace))
    assert "never-kept-anywhere" not in kept
    assert "bmV2ZXIta2VwdC" not in kept


def test_history_is_bounded_and_keeps_the_last_that_was_proven(client: Client, namespace: str) -> None:
    apply(client, [ObjectSet(name="svc", namespace=namespace, objects=[config_map("a")])])
    record(client, namespace, "one")
    [first] = list_revisions(client, name="svc", namespace=namespace)
    assert mark_verified(client, first, namespace=namespace).verified
    for index in range(5):
        record(client, namespace, f"spec-{index}", limit=3)
    history = list_revisions(client, name="svc", namespace=namespace)
    assert [one.spec_hash for one in history] == ["spec-4", "spec-3", "spec-2", "one"]
    assert [one.verified for one in history] == [False, False, False, True]


def test_revisions_go_with_their_set(client: Client, namespace: str) -> None:
    wanted = ObjectSet(name="svc", namespace=namespace, objects=[config_map("a")])
    apply(client, [wanted])
    record(client, namespace, "one")
    [again] = apply(client, [wanted])
    assert not again.changed
    remove(client, [wanted])
    deadline = time.monotonic() + 30
    while list_revisions(client, name="svc", namespace=namespace) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert list_revisions(client, name="svc", namespace=namespace) == []
