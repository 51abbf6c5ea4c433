# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._gpu_nodes.inventory import gpu_inventory

from tests.unit._preflight.asking import node, texts, told


def test_a_cluster_that_has_everything_is_no_problem() -> None:
    assert told() == []


@pytest.mark.req("S1-25")
def test_an_unknown_product_is_named_with_those_that_are_there() -> None:
    nodes = [node("a"), node("b"), node("c", product="Tesla-V100-SXM2-16GB")]
    (problem,) = told({"gpu": {"product": "NVIDIA-A10"}}, nodes=nodes)
    assert problem.path == "llm_serving[a].gpu.product"
    assert problem.message == "no node has nvidia.com/gpu.product=NVIDIA-A10."
    assert problem.hint == "Present: NVIDIA-A10G (2 nodes), Tesla-V100-SXM2-16GB (1 node)."


@pytest.mark.req("S1-24", "S1-25")
def test_products_are_those_of_the_inventory_that_roles_show() -> None:
    """What a node names that has no GPUs and is marked as none is no product to ask for."""
    left = node("b", product="Tesla-V100-SXM2-16GB")
    del left["metadata"]["labels"]["nvidia.com/gpu"]
    left["status"]["allocatable"].pop("nvidia.com/gpu")
    assert {one["product"] for one in gpu_inventory([node("a"), left]).values()} == {"NVIDIA-A10G"}
    (problem,) = told({"gpu": {"product": "NVIDIA-A10"}}, nodes=[node("a"), left])
    assert problem.hint == "Present: NVIDIA-A10G (1 node)."


def test_a_known_product_is_no_problem() -> None:
    assert told({"gpu": {"product": "NVIDIA-A10G"}}) == []


def test_the_label_of_gpu_nodes_is_a_matter_of_role_gpu_nodes() -> None:
    bare = node()
    del bare["metadata"]["labels"]["nvidia.com/gpu"]
    (problem,) = told(nodes=[bare])
    assert "nvidia.com/gpu=present, the label of GPU nodes" in problem.message
    assert "role gpu_nodes" in problem.hint
    (problem,) = told(nodes=[bare], cluster={"gpu_nodes": {"manage": "apply"}})
    assert problem.severity == "warning"


@pytest.mark.req("S4-27")
def test_a_selector_that_no_node_fulfils_is_named() -> None:
    (problem,) = told({"node_selector": {"demo": "base"}})
    assert problem.path == "llm_serving[a].node_selector"
    assert "no node has demo=base" in problem.message
    assert told({"node_selector": {"demo": "base"}}, nodes=[node(labels={"demo": "base"})]) == []


def test_labels_that_no_node_has_at_the_same_time() -> None:
    nodes = [node("a", labels={"x": "1"}), node("b", labels={"y": "2"})]
    (problem,) = told({"node_selector": {"x": "1", "y": "2"}}, nodes=nodes)
    assert "at the same time" in problem.message


def test_a_taint_that_the_pods_do_not_tolerate_is_named() -> None:
    taint = {"key": "team", "value": "other", "effect": "NoSchedule"}
    (problem,) = told(nodes=[node(taints=[taint])])
    assert problem.path == "llm_serving[a].tolerations"
    assert "team=other:NoSchedule" in problem.message
    assert told({"tolerations": [{"key": "team", "operator": "Exists"}]}, nodes=[node(taints=[taint])]) == []


def test_nodes_that_take_no_pods_are_named() -> None:
    (problem,) = told(nodes=[node(ready=False)])
    assert "gpu-0 are cordoned or not Ready" in problem.message


@pytest.mark.req("S3-01")
def test_a_device_that_no_node_advertises_is_named() -> None:
    (problem,) = told({"gpu": {"resource": "nvidia.com/mig-3g.40gb"}})
    assert "no node advertises nvidia.com/mig-3g.40gb" in problem.message
    assert (
        told({"gpu": {"resource": "nvidia.com/mig-3g.40gb"}}, nodes=[node(**{"nvidia.com/mig-3g.40gb": "4"})])
        == []
    )


def test_every_problem_of_every_service_comes_at_once() -> None:
    problems = told(
        {"gpu": {"product": "NVIDIA-A10"}},
        {"name": "b", "node_selector": {"demo": "base"}},
        {"name": "c", "topology": {"tensor": 16}},
    )
    assert [problem.path.partition(".")[0] for problem in problems] == [
        f"llm_serving[{name}]" for name in ("a", "b", "c")
    ]
    assert all(problem.hint for problem in problems), texts(problems)
