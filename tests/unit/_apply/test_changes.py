# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import base64
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._apply.changes import (
    changed_by_us,
    diff,
    mask,
    masked,
    secret_values,
)
from ansible_collections.inferops.serving.plugins.module_utils._apply.takeover import LAST_APPLIED


def state(data: dict[str, str], *, version: str = "1", **metadata: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "c", "namespace": "n", "resourceVersion": version, **metadata},
        "data": data,
    }


OURS = {"manager": "inferops.serving", "operation": "Apply", "fieldsV1": {"f:data": {"f:a": {}}}}
THEIRS = {"manager": "controller", "operation": "Update", "fieldsV1": {"f:data": {"f:b": {}}}}


@pytest.mark.req("XC-05")
def test_what_the_server_keeps_is_no_change() -> None:
    before = {**state({"a": "1"}, generation=1, uid="u"), "status": {"phase": "old"}}
    after = {**state({"a": "1"}, version="2", generation=2, uid="u"), "status": {"phase": "new"}}
    assert not changed_by_us(before, after)


@pytest.mark.req("XC-05")
def test_what_a_controller_wrote_in_between_is_no_change_of_ours() -> None:
    before = state({"a": "1"}, managedFields=[OURS])
    after = state({"a": "1", "b": "2"}, managedFields=[OURS, THEIRS])
    assert not changed_by_us(before, after)
    assert changed_by_us(before, state({"a": "2", "b": "2"}, managedFields=[OURS, THEIRS]))


@pytest.mark.req("XC-05")
def test_a_field_that_we_gave_up_is_a_change_and_so_is_what_nobody_owns() -> None:
    before = state({"a": "1"}, managedFields=[OURS])
    assert changed_by_us(before, state({}, managedFields=[{**OURS, "fieldsV1": {}}]))
    assert changed_by_us(before, state({"a": "1", "filled-in": "x"}, managedFields=[OURS]))


def test_a_field_taken_back_from_another_manager_is_a_change() -> None:
    stolen = {**THEIRS, "fieldsV1": {"f:data": {"f:a": {}}}}
    before = state({"a": "by hand"}, managedFields=[stolen])
    assert changed_by_us(before, state({"a": "1"}, managedFields=[OURS]))


def secret(**data: str) -> dict[str, Any]:
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s"}, "data": encoded}


@pytest.mark.req("XC-06", "XC-13")
def test_a_diff_shows_that_a_secret_changed_and_no_byte_of_it() -> None:
    before, after = secret(token="the-old-one", user="same"), secret(token="the-new-one", user="same")
    entry = diff(before, after)
    text = entry["before"] + entry["after"]
    for value in ("the-old-one", "the-new-one", *before["data"].values(), *after["data"].values()):
        assert value not in text
    changed = [
        (one, other)
        for one, other in zip(entry["before"].splitlines(), entry["after"].splitlines(), strict=True)
        if one != other
    ]
    assert len(changed) == 1
    assert mask("a") == mask("a") != mask("b")


@pytest.mark.req("XC-13")
def test_the_record_of_client_side_apply_is_not_shown() -> None:
    obj = secret(token="value")
    obj["metadata"]["annotations"] = {LAST_APPLIED: "the whole secret again", "other": "kept"}
    assert masked(obj)["metadata"]["annotations"] == {
        LAST_APPLIED: "(record of client-side apply)",
        "other": "kept",
    }
    assert obj["metadata"]["annotations"][LAST_APPLIED] == "the whole secret again"


def test_a_diff_names_what_comes_and_goes() -> None:
    assert diff(None, state({}))["before_header"] == "ConfigMap n/c (absent)"
    assert diff(state({}), None)["after_header"] == "ConfigMap n/c (absent)"
    assert diff(state({}), None)["after"] == ""


@pytest.mark.req("XC-13")
def test_secret_texts_are_found_in_both_forms() -> None:
    encoded = base64.b64encode(b"pass-word").decode()
    assert secret_values({"kind": "Secret", "stringData": {"a": "pass-word"}}) == {"pass-word", encoded}
    assert secret_values({"kind": "Secret", "data": {"a": encoded}}) == {"pass-word", encoded}
    assert secret_values({"kind": "Secret", "data": {"a": "/w=="}}) == {"/w=="}, "bytes that are no text"


@pytest.mark.parametrize(
    "obj", [None, "text", {"kind": "ConfigMap", "data": {"a": "public"}}, {"kind": "Secret"}]
)
def test_what_is_no_secret_hides_nothing(obj: Any) -> None:
    assert secret_values(obj) == set()


def test_common_and_short_values_are_not_hidden_everywhere() -> None:
    values = secret_values({"kind": "Secret", "stringData": {"https": "true", "region": "1"}})
    assert values.isdisjoint({"true", "1"})
