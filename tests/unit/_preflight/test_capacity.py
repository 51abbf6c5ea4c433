# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.unit._preflight.asking import holder, node, told


@pytest.mark.req("S1-77")
def test_a_pod_that_no_node_can_take_is_told_what_the_largest_has() -> None:
    nodes = [node("gpu-0", gpus=4), node("gpu-1", gpus=4)]
    (problem,) = told({"topology": {"tensor": 8}, "gpu": {"product": "NVIDIA-A10G"}}, nodes=nodes)
    assert problem.code == "V-24"
    assert "needs 8 GPUs of NVIDIA-A10G, the largest node has 4 free (node gpu-0)" in problem.message
    assert "topology.pods: per-gpu or per-node with gpus_per_node: 4" in problem.hint


@pytest.mark.req("S1-77")
def test_what_others_hold_is_not_free() -> None:
    (problem,) = told({"topology": {"tensor": 8}}, pods=[holder(2)])
    assert "has 6 of 8 free" in problem.message
    assert "capacity: queue" in problem.hint


def test_what_the_service_holds_itself_is_given_back() -> None:
    ours = {"inferops.serving/service": "a"}
    assert told({"topology": {"tensor": 8}}, pods=[holder(8, labels=ours)]) == []


def test_services_of_one_run_share_what_is_free() -> None:
    (problem,) = told({"topology": {"tensor": 8}}, {"name": "b", "topology": {"tensor": 4}})
    assert problem.path == "llm_serving[b]"
    assert "0 of them fit" in problem.message
    nodes = [node("gpu-0"), node("gpu-1")]
    assert told({"topology": {"tensor": 8}}, {"name": "b", "topology": {"tensor": 4}}, nodes=nodes) == []


def test_copies_that_do_not_fit_are_counted() -> None:
    (problem,) = told({"topology": {"tensor": 4}, "scaling": {"min": 3}})
    assert "3 pods of Deployment a need 12 nvidia.com/gpu, and 2 of them fit" in problem.message


def test_copies_beyond_what_is_there_wait_where_they_are_admitted_in_groups() -> None:
    topology = {"tensor": 4, "pods": "per-gpu", "placement": {"gang": "serial"}}
    gang = {"platform": "lws", "topology": topology, "scaling": {"min": 3}}
    (problem,) = told(gang)
    assert problem.severity == "warning"


@pytest.mark.req("S2-26")
def test_the_most_copies_are_held_against_all_that_is_there() -> None:
    scaled = {"scaling": {"min": 1, "max": 10, "metric": "cpu"}, "gpu": {"product": "NVIDIA-A10G"}}
    (problem,) = told(scaled)
    assert (problem.code, problem.severity) == ("V-09", "warning")
    assert "10 copies need 10 GPUs of NVIDIA-A10G, the nodes that they may use have 8" in problem.message
    assert "max: 8" in problem.hint
    (problem,) = told({**scaled, "strict_capacity": True})
    assert problem.severity == "error"


@pytest.mark.req("S3-14")
def test_copies_that_need_more_devices_than_there_are() -> None:
    (problem,) = told({"scaling": {"min": 9}})
    assert "9 pods of Deployment a need 9 nvidia.com/gpu, and 8 of them fit" in problem.message


@pytest.mark.req("S2-27")
def test_a_new_revision_of_knative_needs_room_beside_the_old_one() -> None:
    entry = {
        "platform": "kserve",
        "kserve": {"mode": "Knative"},
        "topology": {"tensor": 8},
        "scaling": {"min": 1, "max": 1, "metric": "concurrency", "target": 16},
    }
    flags = {f"kubernetes.podspec-{name}": "enabled" for name in ("affinity", "tolerations")}
    live = {("default", "a"): {"status": {"deploymentMode": "Knative"}}}
    (problem,) = told(entry, knative_features=flags, inference_services=live)
    assert problem.severity == "warning"
    assert "a new revision starts before the old one stops" in problem.message
    assert told(entry, knative_features=flags) == []


def test_memory_of_a_node_counts_too() -> None:
    wants = {"resources": {"memory": {"request": "2000Gi", "limit": "2000Gi"}}}
    (problem,) = told(wants)
    assert "needs 2000Gi memory, the largest node has 1000Gi free" in problem.message


@pytest.mark.req("S1-77")
def test_a_node_autoscaler_may_bring_what_lacks() -> None:
    from ansible_collections.inferops.serving.plugins.module_utils._preflight.preflight import _patient

    from tests.unit._preflight.asking import facts, services

    asked = services({"topology": {"tensor": 16}})
    (problem,) = _patient(told({"topology": {"tensor": 16}}), facts(asked, autoscaled=True))
    assert problem.severity == "warning"
    assert "node autoscaler" in problem.hint


def quota(limit: str) -> dict[str, object]:
    return {
        "metadata": {"name": "team", "namespace": "default"},
        "spec": {"hard": {"requests.nvidia.com/gpu": limit}},
    }


def test_a_quota_that_is_too_small_is_named() -> None:
    (problem,) = told({"topology": {"tensor": 8}}, quotas=[quota("4")])
    assert "ResourceQuota team allows 4" in problem.message
    assert told({"topology": {"tensor": 8}}, quotas=[quota("8")]) == []
