# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._engines.kv_transfer import (
    kv_transfer_config,
)

from tests.unit._engines.test_vllm import arguments
from tests.unit._plan.inventory import main_container, planned, pod, rendered


def transfer(args: list[str]) -> dict[str, Any] | None:
    """The value of the one argument that names a connector."""
    said = [each.partition("=")[2] for each in args if each.startswith("--kv-transfer-config=")]
    assert len(said) <= 1
    return json.loads(said[0]) if said else None


@pytest.mark.req("S3-51")
def test_main_memory_needs_no_connector_of_vllms_own() -> None:
    args = arguments(kv_offload={"dram_gb": 8})
    assert {"--kv-offloading-size=8", "--kv-offloading-backend=native"} <= set(args)
    assert transfer(args) is None


@pytest.mark.req("S3-51")
def test_a_disk_of_vllms_own_is_a_tier_behind_main_memory() -> None:
    offload = {"dram_gb": 8, "ssd_gb": 200, "storage_class": "aidaptiv-cache"}
    objects = rendered(kv_offload=offload)
    container = main_container(objects)
    assert not [each for each in container["args"] if each.startswith("--kv-offloading")]
    config = transfer(container["args"])
    assert config is not None
    assert (config["kv_connector"], config["kv_role"]) == ("OffloadingConnector", "kv_both")
    extra = config["kv_connector_extra_config"]
    assert extra["cpu_bytes_to_use"] == 8 * 10**9
    (tier,) = extra["secondary_tiers"]
    mounts = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    assert tier == {"type": "fs", "root_dir": mounts["kv-cache"]}
    volume = next(each for each in pod(objects)["volumes"] if each["name"] == "kv-cache")
    claim = volume["ephemeral"]["volumeClaimTemplate"]["spec"]
    assert claim["storageClassName"] == "aidaptiv-cache"
    assert claim["resources"]["requests"]["storage"] == "200G"


@pytest.mark.req("S3-51")
@pytest.mark.parametrize(("tensor", "share"), [(1, 1), (4, 4)])
def test_lmcache_counts_its_sizes_for_each_gpu(tensor: int, share: int) -> None:
    offload = {"provider": "lmcache", "dram_gb": 40, "ssd_gb": 200}
    objects = rendered(kv_offload=offload, topology={"tensor": tensor})
    config = transfer(main_container(objects)["args"])
    assert config is not None
    assert config["kv_connector"] == "LMCacheConnectorV1"
    assert config["kv_connector_extra_config"] == {
        "lmcache.local_cpu": True,
        "lmcache.max_local_cpu_size": 40 / share,
        "lmcache.local_disk": "file:///mnt/kv-cache/",
        "lmcache.max_local_disk_size": 200 / share,
    }
    volume = next(each for each in pod(objects)["volumes"] if each["name"] == "kv-cache")
    assert volume["emptyDir"] == {"sizeLimit": "220G"}, "LMCache keeps within its size, with some to spare"


@pytest.mark.parametrize("provider", ["vllm-native", "lmcache"])
def test_a_cache_that_stays_on_the_gpu_needs_nothing(provider: str) -> None:
    for offload in ({"provider": provider}, {"provider": provider, "enabled": False}):
        objects = rendered(kv_offload=offload)
        args = main_container(objects)["args"]
        assert transfer(args) is None
        assert not [each for each in args if "offload" in each]
        assert not [each for each in pod(objects)["volumes"] if each["name"] == "kv-cache"]


def test_the_directory_of_the_disk_can_be_chosen() -> None:
    offload = {"provider": "lmcache", "ssd_gb": 10, "path": "/cache"}
    container = main_container(rendered(kv_offload=offload))
    config = transfer(container["args"])
    assert config is not None
    assert config["kv_connector_extra_config"]["lmcache.local_disk"] == "file:///cache/"
    assert "/cache" in [each["mountPath"] for each in container["volumeMounts"]]


@pytest.mark.req("S2-37")
@pytest.mark.parametrize(
    ("offload", "parts"),
    [
        ({}, ["NixlConnector"]),
        ({"dram_gb": 8}, ["NixlConnector", "OffloadingConnector"]),
        ({"provider": "lmcache", "dram_gb": 8}, ["NixlConnector", "LMCacheConnectorV1"]),
    ],
)
def test_halves_of_the_work_move_the_cache_between_them(offload: dict[str, Any], parts: list[str]) -> None:
    """What offloads besides is part of the same configuration: vLLM takes one."""
    config = kv_transfer_config(replace(planned(kv_offload=offload), role="decode"))
    assert config is not None
    assert config["kv_role"] == "kv_both"
    if len(parts) == 1:
        assert config["kv_connector"] == parts[0]
    else:
        assert config["kv_connector"] == "MultiConnector"
        connectors = config["kv_connector_extra_config"]["connectors"]
        assert [each["kv_connector"] for each in connectors] == parts
