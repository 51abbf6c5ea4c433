# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._fleet.presets import PRESETS
from ansible_collections.inferops.serving.plugins.module_utils._quantities import quantity

from tests.unit._plan.inventory import main_container, planned, pod, rendered


@pytest.mark.req("XC-22")
@pytest.mark.parametrize("engine", ["vllm", "triton-vllm", "aidaptiv", "simulator"])
@pytest.mark.parametrize("size", ["small", "medium", "large"])
@pytest.mark.parametrize("preset", [None, *PRESETS])
def test_every_container_has_requests_and_limits(engine: str, size: str, preset: str | None) -> None:
    fits = preset is not None and engine in (PRESETS[preset].engines or (engine,))
    presets = [preset] if fits and engine != "simulator" else []
    plan = planned(engine=engine, model={"size_class": size}, presets=presets, scaling={"metric": "none"})
    containers = [plan.workload.main, *plan.workload.init]
    for container in containers:
        for name in ("cpu", "memory", "ephemeral-storage"):
            request = quantity(container.resources.requests[name])
            assert 0 < request <= quantity(container.resources.limits[name])


@pytest.mark.req("XC-22")
def test_a_container_that_copies_the_model_has_requests_and_limits_too() -> None:
    copier = pod(rendered(model={"store": "bucket"}))["initContainers"][0]
    for amounts in copier["resources"].values():
        assert set(amounts) == {"cpu", "memory", "ephemeral-storage"}


def test_what_is_given_wins() -> None:
    given = {"cpu": {"request": "4", "limit": "8"}, "memory": {"request": "16Gi", "limit": "32Gi"}}
    resources = planned(resources=given).resources
    assert (resources.requests["cpu"], resources.limits["cpu"]) == ("4", "8")
    assert (resources.requests["memory"], resources.limits["memory"]) == ("16Gi", "32Gi")


@pytest.mark.parametrize(
    ("given", "request_", "limit"),
    [
        ({"request": "500Gi"}, "500Gi", "500Gi"),
        ({"limit": "1Gi"}, "1Gi", "1Gi"),
        ({"limit": "500Gi"}, "18Gi", "500Gi"),
    ],
)
def test_a_default_gives_way_to_the_given_half(given: dict[str, str], request_: str, limit: str) -> None:
    resources = planned(resources={"memory": given}).resources
    assert (resources.requests["memory"], resources.limits["memory"]) == (request_, limit)


@pytest.mark.req("S0-29", "S2-18")
def test_shared_memory_is_a_volume_of_limited_size() -> None:
    objects = rendered(topology={"tensor": 2}, shm_size="2Gi")
    volume = next(each for each in pod(objects)["volumes"] if each["name"] == "dshm")
    assert volume["emptyDir"] == {"medium": "Memory", "sizeLimit": "2Gi"}
    assert {"name": "dshm", "mountPath": "/dev/shm"} in main_container(objects)["volumeMounts"]


@pytest.mark.req("S2-18")
@pytest.mark.parametrize(("tensor", "size"), [(1, "2Gi"), (2, "4Gi"), (8, "16Gi")])
def test_shared_memory_grows_with_the_gpus_that_talk_through_it(tensor: int, size: str) -> None:
    assert planned(topology={"tensor": tensor}).shm_size == size


@pytest.mark.req("S0-30", "S2-18")
@pytest.mark.parametrize("shm", ["2Gi", "16Gi", "30Gi"])
def test_shared_memory_counts_as_memory_of_the_container(shm: str) -> None:
    without = quantity(planned(engine="vllm", gpu={"mode": "none"}).resources.limits["memory"])
    limit = quantity(planned(shm_size=shm).resources.limits["memory"])
    assert limit >= 2 * quantity(shm)
    assert limit - without == quantity(shm)


def test_an_offloaded_cache_counts_as_memory_in_decimal_gigabytes() -> None:
    plain = quantity(planned().resources.limits["memory"])
    offloaded = quantity(planned(kv_offload={"dram_gb": 32}).resources.limits["memory"])
    assert 0 <= offloaded - plain - 32 * 10**9 < 2**30


@pytest.mark.req("S4-30")
@pytest.mark.parametrize(
    ("model", "service", "on_disk"),
    [
        ({"store": "models"}, {}, False),
        ({"store": "models"}, {"platform": "kserve"}, False),
        ({"store": "hub"}, {}, True),
        ({"store": "hub"}, {"platform": "kserve"}, True),
        ({"store": "hub"}, {"cache": {"store": "sfs"}}, False),
        ({"store": "bucket"}, {}, True),
        ({"store": "bucket"}, {"engine": "triton-vllm"}, True),
    ],
)
def test_a_model_on_the_nodes_disk_is_counted(
    model: dict[str, str], service: dict[str, Any], on_disk: bool
) -> None:
    counted = planned(model={**model, "raw_size": "200Gi"}, **service).resources
    assert (quantity(counted.requests["ephemeral-storage"]) >= 200 * 2**30) is on_disk


@pytest.mark.parametrize(
    ("model", "size"),
    [
        ({"source": "someone/unheard-of"}, "medium"),
        ({"source": "openai-community/gpt2"}, "small"),
        ({"source": "meta-llama/Meta-Llama-3-70B-Instruct"}, "large"),
        ({"params_b": 6.9}, "small"),
        ({"params_b": 13}, "medium"),
        ({"params_b": 13, "size_class": "large"}, "large"),
    ],
)
def test_size_class(model: dict[str, Any], size: str) -> None:
    assert planned(model=model).size_class == size
