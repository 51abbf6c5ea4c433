# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._gpu_nodes.daemonsets import shut_out
from ansible_collections.inferops.serving.plugins.module_utils._gpu_nodes.marks import Taint

GPU = Taint.parse("nvidia.com/gpu=present:NoSchedule")


def node(name: str = "gpu-0", *, taints: tuple[str, ...] = (), **labels: str) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "labels": labels},
        "spec": {"taints": [Taint.parse(text).entry() for text in taints]},
    }


def daemonset(**pod: Any) -> dict[str, Any]:
    return {"metadata": {"namespace": "kube-system", "name": "agent"}, "spec": {"template": {"spec": pod}}}


def affinity(*terms: dict[str, Any]) -> dict[str, Any]:
    return {
        "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": list(terms)}}
    }


def loses(pod: dict[str, Any], on: dict[str, Any] | None = None, taint: Taint = GPU) -> bool:
    return bool(shut_out([daemonset(**pod)], [(on or node(), [taint])]))


@pytest.mark.req("S1-06")
def test_a_daemonset_without_toleration_is_listed_with_the_nodes_it_loses() -> None:
    found = shut_out([daemonset()], [(node("gpu-0"), [GPU]), (node("gpu-1"), [GPU])])
    assert [str(lost) for lost in found] == [
        "DaemonSet kube-system/agent does not tolerate nvidia.com/gpu=present:NoSchedule (gpu-0, gpu-1)"
    ]


@pytest.mark.req("S1-06")
@pytest.mark.parametrize(
    "toleration",
    [
        {"operator": "Exists"},
        {"key": "nvidia.com/gpu", "operator": "Exists"},
        {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"},
        {"key": "nvidia.com/gpu", "value": "present"},
    ],
)
def test_a_toleration_of_the_key_keeps_it(toleration: dict[str, str]) -> None:
    assert not loses({"tolerations": [toleration]})


@pytest.mark.parametrize(
    "toleration",
    [
        {"key": "nvidia.com/gpu", "value": "true"},
        {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoExecute"},
        {"key": "other", "operator": "Exists"},
    ],
)
def test_a_toleration_of_something_else_does_not(toleration: dict[str, str]) -> None:
    assert loses({"tolerations": [toleration]})


def test_a_taint_that_is_only_a_preference_shuts_nobody_out() -> None:
    assert not loses({}, taint=Taint.parse("nvidia.com/gpu=present:PreferNoSchedule"))


def test_a_daemonset_that_never_ran_there_is_not_listed() -> None:
    assert not loses({"nodeSelector": {"pool": "cpu"}}, node(pool="gpu"))
    assert not loses({}, node(taints=("dedicated=x:NoSchedule",)))


def test_a_node_in_trouble_still_counts_because_daemonsets_tolerate_its_condition() -> None:
    assert loses({}, node(taints=("node.kubernetes.io/unreachable:NoExecute",)))


@pytest.mark.parametrize(
    ("expression", "runs"),
    [
        ({"key": "pool", "operator": "In", "values": ["a", "gpu"]}, True),
        ({"key": "pool", "operator": "NotIn", "values": ["gpu"]}, False),
        ({"key": "pool", "operator": "Exists"}, True),
        ({"key": "pool", "operator": "DoesNotExist"}, False),
        ({"key": "size", "operator": "Gt", "values": ["4"]}, True),
        ({"key": "size", "operator": "Lt", "values": ["4"]}, False),
    ],
)
def test_node_affinity_decides_where_it_runs(expression: dict[str, Any], runs: bool) -> None:
    assert (
        loses({"affinity": affinity({"matchExpressions": [expression]})}, node(pool="gpu", size="8")) is runs
    )


def test_one_matching_term_is_enough_and_an_empty_term_matches_nothing() -> None:
    by_name = {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["gpu-0"]}]}
    assert loses({"affinity": affinity({}, by_name)})
    assert not loses({"affinity": affinity({})})
