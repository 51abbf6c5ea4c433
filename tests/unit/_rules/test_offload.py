# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._rules.asking import found, paths

VENDOR: dict[str, Any] = {"engine": "aidaptiv", "image": "registry.example/aidaptiv:1"}
DEVICES = {"components": {"aidaptiv": {"device_gb": 320}}}


def test_offloading_with_a_size() -> None:
    assert not found("V-14", {"kv_offload": {"dram_gb": 32}})
    assert not found("V-14", {"kv_offload": {"enabled": False}})
    assert not found("V-14", {**VENDOR, "kv_offload": {"ssd_gb": 500, "device_count": 1}})


@pytest.mark.req("S3-33")
@pytest.mark.parametrize("entry", [{}, VENDOR])
@pytest.mark.parametrize("key", ["dram_gb", "ssd_gb"])
def test_a_size_without_offloading(entry: dict[str, Any], key: str) -> None:
    (problem,) = found("V-14", {**entry, "kv_offload": {"enabled": False, key: 32}})
    assert problem.path == f"llm_serving[a].kv_offload.{key}"


@pytest.mark.req("S3-51")
@pytest.mark.parametrize(
    ("version", "offload", "legal"),
    [
        ("0.12.0", {"dram_gb": 32}, True),
        ("0.33.0", {"dram_gb": 32}, True),
        ("0.10.2", {"dram_gb": 32}, False),
        ("0.20.2", {"dram_gb": 32, "ssd_gb": 100, "storage_class": "fast"}, False),
        ("0.22.0", {"dram_gb": 32, "ssd_gb": 100, "storage_class": "fast"}, True),
        ("0.12.0", {"provider": "lmcache", "ssd_gb": 100}, True),
        ("0.10.2", {"provider": "lmcache", "ssd_gb": 100}, False),
    ],
)
def test_only_versions_that_offload(version: str, offload: dict[str, Any], legal: bool) -> None:
    problems = found("V-14", {"image": f"vllm/vllm-openai:v{version}", "kv_offload": offload})
    assert (not problems) is legal


@pytest.mark.req("S3-51")
@pytest.mark.parametrize(
    ("entry", "provider", "legal"),
    [
        ({}, "vllm-native", True),
        ({}, "lmcache", True),
        ({}, "aidaptiv", False),
        (VENDOR, "aidaptiv", True),
        (VENDOR, "lmcache", False),
    ],
)
def test_a_provider_belongs_to_its_engines(entry: dict[str, Any], provider: str, legal: bool) -> None:
    problems = found("V-14", {**entry, "kv_offload": {"provider": provider}})
    assert paths(problems) == ([] if legal else ["llm_serving[a].kv_offload.provider"])


@pytest.mark.req("S3-51")
def test_keys_of_the_vendor_are_refused_elsewhere_in_one_breath() -> None:
    (problem,) = found("V-14", {"kv_offload": {"ssd_gb": 0, "device_count": 2, "resume": "resume"}})
    assert problem.path == "llm_serving[a].kv_offload"
    assert "resume and device_count exist for provider aidaptiv only, and ssd_gb is 0" in problem.message
    assert "engine: aidaptiv" in problem.hint


@pytest.mark.req("S3-51")
@pytest.mark.parametrize(
    ("offload", "told"),
    [
        ({"dram_gb": 8, "ssd_gb": 100, "storage_class": "fast"}, ""),
        ({"ssd_gb": 100, "storage_class": "fast"}, "reaches the disk through main memory"),
        ({"dram_gb": 8, "ssd_gb": 100}, "never removes a file"),
        ({"dram_gb": 8, "storage_class": "fast"}, "has no effect: ssd_gb is 0"),
        ({"dram_gb": 8, "path": "/cache"}, "has no effect: ssd_gb is 0"),
        ({"provider": "lmcache", "ssd_gb": 100}, ""),
    ],
)
def test_what_has_no_equivalent_is_refused(offload: dict[str, Any], told: str) -> None:
    messages = [problem.message for problem in found("V-14", {"kv_offload": offload})]
    assert len(messages) == bool(told)
    assert told in "".join(messages)


@pytest.mark.req("S3-29")
@pytest.mark.parametrize(
    ("offload", "wrong"),
    [
        ({"ssd_gb": 500}, False),
        ({"ssd_gb": 500, "device_count": 2}, False),
        ({"ssd_gb": 0}, False),
        ({"ssd_gb": 0, "device_count": 1}, True),
        ({"ssd_gb": 0, "device_count": 0}, False),
        ({"ssd_gb": 500, "device_count": 0}, True),
        ({"ssd_gb": 500, "storage_class": "aidaptiv-cache"}, False),
        ({"ssd_gb": 500, "storage_class": "aidaptiv-cache", "device_count": 1}, True),
    ],
)
def test_devices_and_disk_go_together(offload: dict[str, Any], wrong: bool) -> None:
    problems = found("V-14", {**VENDOR, "kv_offload": offload})
    assert paths(problems) == (["llm_serving[a].kv_offload.device_count"] if wrong else [])


@pytest.mark.req("S3-29")
def test_devices_of_a_preset_go_with_the_disk() -> None:
    entry = {**VENDOR, "presets": ["lora-4-gpus", "low-latency"]}
    assert not [each for each in found("V-14", entry) if each.severity == "error"]


@pytest.mark.req("S3-30")
@pytest.mark.parametrize(
    ("size", "count", "cluster", "fits"),
    [
        (320, 1, DEVICES, True),
        (321, 1, DEVICES, False),
        (640, 2, DEVICES, True),
        (2000, 1, None, True),
        (2001, 1, None, False),
    ],
)
def test_the_disk_fits_the_devices(size: int, count: int, cluster: Any, fits: bool) -> None:
    entry = {**VENDOR, "kv_offload": {"ssd_gb": size, "device_count": count}}
    assert (not found("V-14", entry, cluster=cluster)) is fits


@pytest.mark.req("S3-32")
@pytest.mark.parametrize(
    ("offload", "copies", "warned"),
    [
        ({"ssd_gb": 500, "resume": "resume"}, 1, 0),
        ({"ssd_gb": 500, "resume": "resume"}, 2, 1),
        ({"ssd_gb": 500, "resume": "discard"}, 2, 0),
        ({"ssd_gb": 500, "resume": "resume", "storage_class": "aidaptiv-cache"}, 1, 1),
    ],
)
def test_what_can_hardly_be_resumed_is_a_warning(offload: dict[str, Any], copies: int, warned: int) -> None:
    problems = found("V-14", {**VENDOR, "kv_offload": offload, "scaling": {"min": copies}})
    assert [each.severity for each in problems] == ["warning"] * warned


def test_a_simulator_offloads_nothing() -> None:
    assert not found("V-14", {"engine": "simulator", "kv_offload": {"enabled": False, "ssd_gb": 1}})
