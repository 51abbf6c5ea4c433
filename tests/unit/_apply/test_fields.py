# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply import fields

SPEC: dict[str, Any] = {
    "metadata": {"labels": {"a": "1", "b": "2"}},
    "spec": {
        "replicas": 2,
        "containers": [{"name": "x", "image": "i", "env": [{"name": "E", "value": "v"}]}, {"name": "y"}],
        "finalizers": ["one", "two"],
    },
}


def removed(tree: fields.Fields) -> dict[str, Any]:
    value = copy.deepcopy(SPEC)
    fields.remove(value, tree)
    return value


def test_union_and_difference_are_inverse_on_disjoint_trees() -> None:
    one = {"f:a": {"f:b": {}}, "f:c": {}}
    other = {"f:a": {"f:d": {}}}
    both = fields.union(one, other)
    assert both == {"f:a": {"f:b": {}, "f:d": {}}, "f:c": {}}
    assert fields.difference(both, other) == one
    assert fields.difference(both, both) == {}
    assert one == {"f:a": {"f:b": {}}, "f:c": {}}, "the arguments stay as they are"


def test_single_fields_list_items_and_set_values_are_removed() -> None:
    assert removed({"f:spec": {"f:replicas": {}}})["spec"].get("replicas") is None
    assert removed({"f:metadata": {"f:labels": {"f:a": {}}}})["metadata"]["labels"] == {"b": "2"}
    assert removed({"f:spec": {"f:finalizers": {'v:"one"': {}}}})["spec"]["finalizers"] == ["two"]
    item = {"f:spec": {"f:containers": {'k:{"name":"x"}': {".": {}, "f:name": {}}}}}
    assert removed(item)["spec"]["containers"] == [{"name": "y"}]
    inner = {"f:spec": {"f:containers": {'k:{"name":"x"}': {"f:image": {}}}}}
    assert "image" not in removed(inner)["spec"]["containers"][0]


def test_a_map_goes_with_its_last_entry_only_if_it_was_owned_itself() -> None:
    both = {"f:a": {}, "f:b": {}}
    assert removed({"f:metadata": {"f:labels": {".": {}, **both}}})["metadata"] == {}
    assert removed({"f:metadata": {"f:labels": both}})["metadata"] == {"labels": {}}


def test_what_is_not_there_is_no_trouble() -> None:
    assert removed({"f:status": {"f:phase": {}}, "f:spec": {"f:none": {"f:x": {}}}}) == SPEC


def test_one_path_is_taken_out() -> None:
    tree = {"f:metadata": {"f:annotations": {".": {}, "f:record": {}}}, "f:spec": {}}
    assert fields.without(tree, ("f:metadata", "f:annotations", "f:record")) == {"f:spec": {}}
    assert fields.without(tree, ("f:status",)) == tree


@pytest.mark.parametrize(
    ("tree", "paths"),
    [
        ({"f:spec": {"f:replicas": {}}}, ["spec.replicas"]),
        ({"f:metadata": {"f:labels": {".": {}, "f:a": {}}}}, ["metadata.labels.a"]),
        ({"f:spec": {"f:c": {'k:{"name":"x"}': {".": {}, "f:image": {}}}}}, ["spec.c[name=x].image"]),
        ({"f:spec": {"f:c": {'k:{"name":"x"}': {".": {}}}}}, ["spec.c[name=x]"]),
        ({"f:spec": {"f:f": {'v:"one"': {}}}}, ['spec.f["one"]']),
    ],
)
def test_paths_can_be_read(tree: fields.Fields, paths: list[str]) -> None:
    assert fields.owned_paths(tree) == paths


def test_steps_of_a_path() -> None:
    assert fields.path_steps("spec.containers[0].image") == ["spec", "containers", "0", "image"]
    assert fields.path_steps("") == []
