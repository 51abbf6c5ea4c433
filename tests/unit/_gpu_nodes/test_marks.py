# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._gpu_nodes import Marks, Taint, plan_node
from ansible_collections.inferops.serving.plugins.module_utils._gpu_nodes.marks import TAINTS_ANNOTATION
from ansible_collections.inferops.serving.plugins.module_utils._names import MANAGER

LABEL, TAINT = "nvidia.com/gpu=present", "nvidia.com/gpu=present:NoSchedule"
WANTED = Marks.of(label=LABEL, taint=TAINT, extra_labels={})


def node(
    *,
    labels: dict[str, str] | None = None,
    ours: tuple[str, ...] = (),
    taints: tuple[str, ...] = (),
    record: str = "",
) -> dict[str, Any]:
    fields = {"f:metadata": {"f:labels": {f"f:{key}": {} for key in ours}}}
    return {
        "metadata": {
            "name": "gpu-0",
            "resourceVersion": "7",
            "labels": labels or {},
            "annotations": {TAINTS_ANNOTATION: record} if record else {},
            "managedFields": [{"manager": MANAGER, "operation": "Apply", "fieldsV1": fields}] if ours else [],
        },
        "spec": {"taints": [Taint.parse(text).entry() for text in taints]} if taints else {},
    }


def after(change: Any) -> list[str]:
    return [str(Taint.read(entry)) for entry in change.taints]


@pytest.mark.parametrize(
    "text", ["nvidia.com/gpu=present:NoSchedule", "dedicated:NoExecute", "a/b=:PreferNoSchedule"]
)
def test_a_taint_reads_as_kubectl_writes_it(text: str) -> None:
    assert Taint.parse(text).identity == (
        text.split(":", maxsplit=1)[0].split("=", maxsplit=1)[0],
        text.split(":")[1],
    )


@pytest.mark.parametrize(
    "text", ["nvidia.com/gpu=present", "nvidia.com/gpu=present:Noschedule", "=x:NoSchedule", ""]
)
def test_what_is_no_taint_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="write key=value:Effect"):
        Taint.parse(text)


def test_a_label_needs_key_and_value() -> None:
    with pytest.raises(ValueError, match="write key=value"):
        Marks.of(label="nvidia.com/gpu", taint="", extra_labels={})


def test_a_label_value_that_yaml_read_as_a_bool_is_refused() -> None:
    with pytest.raises(ValueError, match="quote the value of gpu"):
        Marks.of(label="", taint="", extra_labels={"gpu": True})


@pytest.mark.req("S1-02", "S1-03")
def test_a_bare_node_gets_label_and_taint() -> None:
    change = plan_node(node(), WANTED)
    assert change.missing == (f"label {LABEL}", f"taint {TAINT}")
    assert change.own_labels == {"nvidia.com/gpu": "present"}
    assert after(change) == [TAINT]
    assert [str(taint) for taint in change.own_taints] == [TAINT]


def test_a_node_marked_by_somebody_else_needs_nothing_and_stays_theirs() -> None:
    change = plan_node(node(labels={"nvidia.com/gpu": "present"}, taints=(TAINT,)), WANTED)
    assert not change.needed
    assert change.own_taints == ()


@pytest.mark.req("S1-03")
def test_a_foreign_taint_is_kept_in_its_place() -> None:
    change = plan_node(node(taints=("maintenance:NoExecute",)), WANTED)
    assert after(change) == ["maintenance:NoExecute", TAINT]
    assert [str(taint) for taint in change.new_taints] == [TAINT]


@pytest.mark.req("S1-03")
def test_the_same_key_and_effect_with_another_value_is_reported_not_changed() -> None:
    change = plan_node(
        node(labels={"nvidia.com/gpu": "true"}, taints=("nvidia.com/gpu=true:NoSchedule",)), WANTED
    )
    assert not change.needed
    assert change.label_conflicts == ("label nvidia.com/gpu=true (wanted nvidia.com/gpu=present)",)
    assert change.taint_conflicts == (f"taint nvidia.com/gpu=true:NoSchedule (wanted {TAINT})",)


@pytest.mark.req("S1-03")
def test_overwrite_changes_the_value_and_takes_the_label_over() -> None:
    held = node(
        labels={"nvidia.com/gpu": "true"}, taints=("nvidia.com/gpu=true:NoSchedule", "a=b:NoSchedule")
    )
    change = plan_node(held, WANTED, overwrite=True)
    assert change.take_over
    assert change.own_labels == {"nvidia.com/gpu": "present"}
    assert after(change) == [TAINT, "a=b:NoSchedule"]
    assert change.new_taints == (), "a DaemonSet that tolerated the key tolerates it still"


def test_the_same_key_with_another_effect_is_another_taint() -> None:
    change = plan_node(
        node(labels={"nvidia.com/gpu": "present"}, taints=("nvidia.com/gpu=present:NoExecute",)), WANTED
    )
    assert after(change) == ["nvidia.com/gpu=present:NoExecute", TAINT]


def test_values_of_our_own_follow_the_inventory_without_overwrite() -> None:
    held = node(
        labels={"nvidia.com/gpu": "old"},
        ours=("nvidia.com/gpu",),
        taints=("nvidia.com/gpu=old:NoSchedule",),
        record="nvidia.com/gpu=old:NoSchedule",
    )
    change = plan_node(held, WANTED)
    assert not change.take_over
    assert change.own_labels == {"nvidia.com/gpu": "present"}
    assert after(change) == [TAINT]


def test_what_we_added_and_nobody_wants_any_more_goes() -> None:
    held = node(
        labels={"nvidia.com/gpu": "present", "demo": "base", "team": "x"},
        ours=("nvidia.com/gpu", "demo"),
        taints=(TAINT, "old=1:NoSchedule"),
        record=f"{TAINT},old=1:NoSchedule",
    )
    change = plan_node(held, WANTED)
    assert change.surplus == ("label demo=base", "taint old=1:NoSchedule")
    assert change.own_labels == {"nvidia.com/gpu": "present"}
    assert after(change) == [TAINT]


@pytest.mark.req("S1-07")
def test_absent_removes_ours_and_only_ours() -> None:
    held = node(
        labels={"nvidia.com/gpu": "present", "team": "x"},
        ours=("nvidia.com/gpu",),
        taints=("maintenance:NoExecute", TAINT),
        record=TAINT,
    )
    change = plan_node(held, Marks())
    assert change.own_labels == {}
    assert after(change) == ["maintenance:NoExecute"]
    assert change.own_taints == ()


@pytest.mark.req("S1-07")
def test_a_taint_of_ours_that_somebody_changed_is_theirs() -> None:
    held = node(taints=("nvidia.com/gpu=mine:NoSchedule",), record=TAINT)
    assert not plan_node(held, Marks()).needed
