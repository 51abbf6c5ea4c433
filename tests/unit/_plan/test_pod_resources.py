# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pod asks of its node besides CPU, memory and GPUs."""

from __future__ import annotations

import pytest

from tests.unit._plan.inventory import main_container, pod, rendered
from tests.unit._rules.asking import found


def with_extra(**extra: str) -> dict[str, object]:
    return {"resources": {"extra": extra}}


@pytest.mark.req("S1-80")
@pytest.mark.parametrize("name", ["rdma/hca_shared", "vpc.amazonaws.com/efa"])
def test_network_cards_that_read_memory_may_lock_it(name: str) -> None:
    engine = main_container(rendered(**with_extra(**{name: "4"})))
    assert engine["resources"]["requests"][name] == engine["resources"]["limits"][name] == "4"
    assert engine["securityContext"]["capabilities"] == {"drop": ["ALL"], "add": ["IPC_LOCK"]}


@pytest.mark.req("S1-80")
def test_huge_pages_have_a_volume_of_their_size() -> None:
    objects = rendered(**with_extra(**{"hugepages-2Mi": "5Gi"}))
    engine = main_container(objects)
    assert engine["resources"]["limits"]["hugepages-2Mi"] == "5Gi"
    assert {"name": "hugepages-2mi", "mountPath": "/dev/hugepages-2Mi"} in engine["volumeMounts"]
    volumes = {volume["name"]: volume for volume in pod(objects)["volumes"]}
    assert volumes["hugepages-2mi"]["emptyDir"] == {"medium": "HugePages-2Mi"}
    assert "add" not in engine["securityContext"]["capabilities"]


@pytest.mark.req("S1-80")
def test_shared_memory_is_as_large_as_it_is_asked_for() -> None:
    volumes = {volume["name"]: volume for volume in pod(rendered(shm_size="256Gi"))["volumes"]}
    assert volumes["dshm"]["emptyDir"] == {"medium": "Memory", "sizeLimit": "256Gi"}


@pytest.mark.parametrize("name", ["cpu", "memory", "nvidia.com/gpu"])
def test_what_has_a_key_of_its_own_is_no_extra(name: str) -> None:
    (problem,) = found("V-02", with_extra(**{name: "1"}))
    assert problem.path == f"llm_serving[a].resources.extra.{name}"
    assert not found("V-02", with_extra(**{"rdma/hca": "1"}))
