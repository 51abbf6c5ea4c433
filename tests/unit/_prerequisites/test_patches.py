# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of objects that no option offers."""

from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._prerequisites.patches import (
    PatchError,
    patched,
)

OBJECT = {"kind": "DaemonSet", "metadata": {"name": "a"}, "spec": {"args": ["one"], "paused": False}}


@pytest.mark.parametrize(
    ("operation", "spec"),
    [
        ({"op": "add", "path": "/spec/args/-", "value": "two"}, {"args": ["one", "two"], "paused": False}),
        ({"op": "replace", "path": "/spec/args/0", "value": "two"}, {"args": ["two"], "paused": False}),
        ({"op": "remove", "path": "/spec/paused"}, {"args": ["one"]}),
        ({"op": "add", "path": "/spec/a~1b", "value": 1}, {"args": ["one"], "paused": False, "a/b": 1}),
    ],
)
def test_an_operation_changes_its_target_and_not_the_original(operation: dict, spec: dict) -> None:
    [made] = patched([OBJECT], [{"target": {"kind": "DaemonSet"}, "ops": [operation]}])
    assert made["spec"] == spec
    assert OBJECT["spec"] == {"args": ["one"], "paused": False}


@pytest.mark.parametrize(
    "patch",
    [
        {"target": {"name": "b"}, "ops": []},
        {"target": {}, "ops": [{"op": "replace", "path": "/spec/none", "value": 1}]},
        {"target": {}, "ops": [{"op": "remove", "path": "/spec/args/7"}]},
        {"target": {}, "ops": [{"op": "copy", "path": "/spec/args"}]},
    ],
)
def test_what_fits_nothing_is_an_error(patch: dict) -> None:
    with pytest.raises(PatchError):
        patched([OBJECT], [patch])
