# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible_collections.inferops.serving.plugins.module_utils._apply.takeover import (
    LAST_APPLIED,
    client_side_entries,
    entries_of_others,
    foretell,
    hand_over,
    made_by_client_side_apply,
    rewrite,
)

RECORD = {f"f:{LAST_APPLIED}": {}}


def entry(manager: str, tree: dict[str, Any], *, operation: str = "Update", **more: Any) -> dict[str, Any]:
    return {
        "manager": manager,
        "operation": operation,
        "apiVersion": "v1",
        "fieldsType": "FieldsV1",
        "fieldsV1": tree,
        **more,
    }


def live(*entries: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": "c",
            "resourceVersion": "7",
            "annotations": {LAST_APPLIED: "{}"},
            "managedFields": list(entries),
        },
        "data": {"stays": "1", "goes": "2", "edited": "3"},
    }


CLIENT_SIDE = entry(
    "any-name-at-all",
    {"f:data": {".": {}, "f:stays": {}, "f:goes": {}}, "f:metadata": {"f:annotations": {".": {}, **RECORD}}},
)
EDIT = entry("kubectl-edit", {"f:data": {"f:edited": {}}})
STATUS = entry("controller", {"f:status": {}, "f:metadata": {"f:annotations": RECORD}}, subresource="status")


def test_the_predecessor_is_who_wrote_the_record() -> None:
    obj = live(CLIENT_SIDE, EDIT, STATUS)
    assert made_by_client_side_apply(obj)
    assert client_side_entries(obj) == [CLIENT_SIDE]


def test_an_object_that_we_applied_is_not_taken_over_again() -> None:
    ours = entry("inferops.serving", {"f:data": {"f:stays": {}}}, operation="Apply")
    assert not made_by_client_side_apply(live(CLIENT_SIDE, ours))


def test_fields_are_handed_over_once_and_the_record_goes() -> None:
    lock, managers, record = hand_over(live(CLIENT_SIDE, EDIT), [CLIENT_SIDE])
    assert lock == {"op": "replace", "path": "/metadata/resourceVersion", "value": "7"}
    assert record["op"] == "remove"
    assert record["path"] == "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration"
    edit, ours = managers["value"]
    assert edit == EDIT
    assert (ours["manager"], ours["operation"]) == ("inferops.serving", "Apply")
    assert ours["fieldsV1"] == {"f:data": {".": {}, "f:stays": {}, "f:goes": {}}}


def test_several_predecessors_become_one() -> None:
    second = entry("older", {"f:data": {"f:more": {}}, "f:metadata": {"f:annotations": RECORD}})
    managers = hand_over(live(CLIENT_SIDE, second), [CLIENT_SIDE, second])[1]["value"]
    assert len(managers) == 1
    assert set(managers[0]["fieldsV1"]["f:data"]) == {".", "f:stays", "f:goes", "f:more"}


def test_what_will_be_is_known_from_a_forced_dry_run() -> None:
    ours = entry("inferops.serving", {"f:data": {"f:stays": {}}}, operation="Apply")
    applied = live(CLIENT_SIDE, EDIT, ours)
    applied["data"] = {"stays": "new", "goes": "2", "edited": "3"}
    after = foretell(applied, [CLIENT_SIDE])
    assert after["data"] == {"stays": "new", "edited": "3"}
    assert "annotations" not in after["metadata"]
    assert applied["data"]["goes"] == "2", "the answer of the server stays as it is"


def test_of_an_adopted_object_only_controllers_keep_their_fields() -> None:
    helm = entry("helm", {"f:data": {"f:stays": {}, "f:goes": {}}}, operation="Apply")
    controller = entry("kube-controller-manager", {"f:data": {"f:edited": {}}})
    theirs = live(helm, EDIT, controller, STATUS)
    del theirs["metadata"]["annotations"]
    assert entries_of_others(theirs) == [helm, EDIT]
    _lock, managers = hand_over(theirs, entries_of_others(theirs))
    *kept, ours = managers["value"]
    assert kept == [controller, STATUS]
    assert (ours["manager"], ours["operation"]) == ("inferops.serving", "Apply")
    assert set(ours["fieldsV1"]["f:data"]) == {"f:stays", "f:goes", "f:edited"}


def test_a_state_is_rewritten_by_what_differs() -> None:
    before = live()
    after = live()
    after["data"] = {"stays": "1"}
    del after["metadata"]["annotations"]
    assert rewrite(before, before) == []
    assert rewrite(before, after) == [
        {"op": "add", "path": "/data", "value": {"stays": "1"}},
        {"op": "remove", "path": "/metadata/annotations"},
    ]
