# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import ObjectSet, applyset
from ansible_collections.inferops.serving.plugins.module_utils._apply.members import enlist
from ansible_collections.inferops.serving.plugins.module_utils._apply.ownership import judge, note_creation
from ansible_collections.inferops.serving.plugins.module_utils._cluster import NotServed, Resource

OURS = {"manager": "inferops.serving", "operation": "Apply", "fieldsV1": {}}
SET_ID = applyset.set_id("set", "home")


class Table:
    """Stands for the client where only the served kinds are asked for."""

    def resource(self, api_version: str, kind: str) -> Resource:
        group, _, version = api_version.rpartition("/")
        if kind not in ("ConfigMap", "Secret", "Namespace", "CustomResourceDefinition"):
            raise NotServed(api_version, kind)
        return Resource(
            group=group,
            version=version,
            kind=kind,
            plural=kind.lower() + "s",
            namespaced=kind in ("ConfigMap", "Secret"),
            verbs=frozenset(),
        )


def listed(*objects: Any) -> tuple[list[Any], list[Any]]:
    client: Any = Table()
    [owned], problems = enlist(client, [ObjectSet(name="set", namespace="home", objects=objects)])
    return owned.members, problems


def config_map(name: str = "c", **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, **metadata}}


def test_members_get_namespace_and_label_and_lose_what_the_server_owns() -> None:
    given = config_map(resourceVersion="1", uid="u", creationTimestamp=None, labels={"a": "b"})
    given["status"] = {}
    [member], problems = listed(given)
    assert problems == []
    assert member.wanted == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": "c",
            "namespace": "home",
            "labels": {"a": "b", "applyset.kubernetes.io/part-of": SET_ID},
        },
    }
    assert given["metadata"]["labels"] == {"a": "b"}, "what the caller gave stays as it is"


def test_texts_of_a_secret_become_data_as_the_server_would_make_them() -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": {"a": "eA=="}}
    [member], _ = listed({**secret, "stringData": {"b": "text"}})
    assert member.wanted["data"] == {"a": "eA==", "b": base64.b64encode(b"text").decode()}
    assert "stringData" not in member.wanted


def test_a_namespace_on_an_object_of_the_whole_cluster_is_left_out() -> None:
    [member], _ = listed(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n", "namespace": "x"}}
    )
    assert "namespace" not in member.wanted["metadata"]


@pytest.mark.parametrize(
    ("obj", "words"),
    [
        ("text", "is a str"),
        ({"kind": "ConfigMap", "metadata": {"name": "a"}}, "apiVersion is missing"),
        ({"apiVersion": "v1", "metadata": {"name": "a"}}, "kind is missing"),
        ({"apiVersion": "v1", "kind": "ConfigMap"}, "metadata.name is missing"),
        ({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"generateName": "a-"}}, "has generateName"),
        ({"apiVersion": "x.com/v1", "kind": "Widget", "metadata": {"name": "a"}}, "does not serve Widget"),
        (config_map("set"), "the set home/set itself"),
    ],
)
def test_what_cannot_be_a_member_is_said(obj: Any, words: str) -> None:
    members, problems = listed(obj)
    assert members == []
    assert words in problems[0].message


def test_every_problem_is_told_at_once() -> None:
    _members, problems = listed("text", {"kind": "ConfigMap"}, config_map("a"), config_map("a"))
    assert len(problems) == 4


def test_a_kind_whose_definition_comes_along_is_known() -> None:
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "widgets.x.com"},
        "spec": {"group": "x.com", "scope": "Cluster", "names": {"kind": "Widget"}, "versions": []},
    }
    widget = {"apiVersion": "x.com/v1", "kind": "Widget", "metadata": {"name": "a"}}
    members, problems = listed(widget, definition)
    assert problems == []
    assert members[0].unseen
    assert "namespace" not in members[0].wanted["metadata"]


def judged(live: dict[str, Any]) -> tuple[str, bool]:
    [member], _ = listed({**live, "metadata": {"name": live["metadata"]["name"]}})
    member.live = live
    found = judge(member)
    return (found.code if found else ""), member.takes_over


PART_OF_US = {"applyset.kubernetes.io/part-of": SET_ID}
RECORD = {"kubectl.kubernetes.io/last-applied-configuration": "{}"}
CONTROLLED = [{"controller": True, "kind": "Thing", "name": "t", "uid": "u"}]


@pytest.mark.req("XC-08")
@pytest.mark.parametrize(
    ("metadata", "verdict"),
    [
        ({"labels": PART_OF_US, "managedFields": [OURS]}, ("", False)),
        ({"labels": PART_OF_US}, ("", False)),  # handed over by the label
        ({"managedFields": [OURS]}, ("", False)),  # our label was taken off
        ({"annotations": RECORD}, ("", True)),
        ({"annotations": RECORD, "labels": PART_OF_US}, ("", True)),
        ({"annotations": RECORD, "managedFields": [OURS]}, ("", False)),
        ({}, ("ForeignObject", False)),
        ({"labels": {"applyset.kubernetes.io/part-of": "applyset-other-v1"}}, ("OtherSet", False)),
        ({"annotations": {**RECORD, "meta.helm.sh/release-name": "r"}}, ("OtherOwner", False)),
        ({"labels": {"app.kubernetes.io/managed-by": "Helm"}}, ("OtherOwner", False)),
        ({"labels": {"app.kubernetes.io/managed-by": "inferops.serving"}}, ("ForeignObject", False)),
        ({"ownerReferences": CONTROLLED}, ("OtherOwner", False)),
        (
            {"ownerReferences": CONTROLLED, "labels": PART_OF_US},
            ("OtherOwner", False),
        ),  # the label was copied
    ],
)
def test_whose_an_existing_object_is(metadata: dict[str, Any], verdict: tuple[str, bool]) -> None:
    assert judged(config_map(**metadata)) == verdict


def test_a_namespace_is_joined_and_only_its_maker_records_it() -> None:
    live = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}}
    assert judged(live) == ("", False)
    [member], _ = listed(live)
    member.live = live
    note_creation(member)
    assert "annotations" not in member.wanted["metadata"]
    member.live = None
    note_creation(member)
    assert member.wanted["metadata"]["annotations"] == {"inferops.serving/created-by-set": SET_ID}
