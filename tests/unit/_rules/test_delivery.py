# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._plan.inventory import CLAIM
from tests.unit._rules.asking import found, paths

STORES = [
    {**CLAIM, "name": "claim"},
    {"name": "bucket", "kind": "s3", "bucket": "demo"},
    {"name": "images", "kind": "oci", "registry": "registry.example/models"},
    {"name": "hub", "kind": "hf"},
]
VENDOR: dict[str, Any] = {"engine": "aidaptiv", "image": "registry.example/aidaptiv:1"}
SCRIPT = {"delivery": "legacy-prescript", "prescript": {"script": "true"}}
LORA = {"lora": {"enabled": True, "max_rank": 8}}


def wrong(*, store: str = "claim", adapter: dict[str, Any] | None = None, **entry: Any) -> list[str]:
    model: dict[str, Any] = {"source": "model/m", "store": store}
    if adapter:
        model["adapters"] = [{"name": "sql", "rank": 8, **adapter}]
    cluster = entry.pop("cluster", None)
    used = [each for each in STORES if each["name"] == store]
    return paths(found("V-13", entry, model=model, stores=used, cluster=cluster))


@pytest.mark.req("S3-18")
@pytest.mark.parametrize(
    ("delivery", "fitting"),
    [("mount", {"claim"}), ("copy", {"claim", "bucket"}), ("image", {"images"})],
)
@pytest.mark.parametrize("store", [each["name"] for each in STORES])
def test_a_delivery_starts_from_stores_that_it_can(delivery: str, fitting: set[str], store: str) -> None:
    assert wrong(store=store, delivery=delivery) == ([] if store in fitting else ["llm_serving[a].delivery"])


WHOLE = {"engine": "triton-vllm", "delivery": "repository"}


@pytest.mark.req("S0-07")
@pytest.mark.parametrize("platform", ["deployment", "kserve"])
@pytest.mark.parametrize("store", ["claim", "bucket", "images"])
def test_a_whole_repository_may_lie_in_any_store_with_files(platform: str, store: str) -> None:
    assert wrong(store=store, platform=platform, **WHOLE) == []
    assert wrong(store="hub", platform=platform, **WHOLE) == ["llm_serving[a].delivery"]


@pytest.mark.req("S0-07")
def test_what_files_in_the_store_say_is_not_said_again() -> None:
    server = {"engine_args": {"log_verbose": 1, "extra": ["--strict-readiness=true"]}}
    assert wrong(**WHOLE, **server) == []
    said = {"engine_args": {"max_model_len": 8192}, "lora": {"enabled": True, "max_rank": 8}}
    assert wrong(**WHOLE, **said) == [
        "llm_serving[a].engine_args.max_model_len",
        "llm_serving[a].lora.enabled",
        "llm_serving[a].lora.max_rank",
    ]


@pytest.mark.req("S4-25")
@pytest.mark.parametrize(
    ("platform", "named", "faults"),
    [
        ("deployment", ["bucket", "other"], 0),
        ("kserve", ["bucket"], 1),
        ("deployment", ["hub"], 1),
        ("deployment", ["bucket", "bucket"], 1),
        ("deployment", ["other", "trusting"], 1),
    ],
)
def test_further_repositories_are_other_buckets(platform: str, named: list[str], faults: int) -> None:
    buckets = [
        {**STORES[1], "name": "other", "bucket": "other", "ca": "ca"},
        {**STORES[1], "name": "trusting", "bucket": "third", "ca": "another"},
    ]
    entry = {"engine": "triton-vllm", "platform": platform, "repositories": named}
    problems = found("V-13", entry, model={"source": "m", "store": "claim"}, stores=[*STORES, *buckets])
    assert paths(problems) == ["llm_serving[a].repositories"] * faults


def test_an_engine_without_repositories_takes_none() -> None:
    assert wrong(delivery="repository") == ["llm_serving[a].delivery"]


def test_a_script_starts_from_anything() -> None:
    assert not [each for each in STORES if wrong(store=str(each["name"]), **SCRIPT)]


@pytest.mark.parametrize(
    ("entry", "key"), [({"delivery": "copy"}, "delivery"), ({"fast_local": True}, "fast_local")]
)
def test_a_platform_that_fetches_by_itself_delivers_by_itself(entry: dict[str, Any], key: str) -> None:
    assert wrong(platform="kserve", **entry) == [f"llm_serving[a].{key}"]


@pytest.mark.parametrize("entry", [{"delivery": "legacy-prescript"}, {"prescript": {"script": "true"}}])
def test_a_script_and_its_delivery_go_together(entry: dict[str, Any]) -> None:
    assert wrong(**entry) == ["llm_serving[a].prescript"]


@pytest.mark.req("S3-22")
@pytest.mark.parametrize(
    ("entry", "legal"),
    [
        ({"delivery": "copy", "shared_path": "/fast"}, True),
        ({"delivery": "copy", "shared_path": "fast"}, False),
        ({"delivery": "copy", "shared_path": "/"}, False),
        ({"delivery": "copy", "shared_path": "/dev/shm"}, False),
        ({"delivery": "mount", "shared_path": "/fast"}, False),
    ],
)
def test_the_shared_path_is_a_directory_of_its_own_and_is_used(entry: dict[str, Any], legal: bool) -> None:
    assert wrong(**entry) == ([] if legal else ["llm_serving[a].shared_path"])


def test_a_class_for_a_copy_needs_a_copy() -> None:
    assert wrong(delivery="mount", shared_storage_class="local") == ["llm_serving[a].shared_storage_class"]
    assert not wrong(delivery="copy", shared_storage_class="local")


@pytest.mark.req("S3-23")
@pytest.mark.parametrize(
    ("adapter", "delivery", "legal"),
    [
        ({"source": "lora/sql"}, "copy", True),
        ({"source": "lora/sql"}, "mount", True),
        ({"path": "/mnt/models/lora/sql"}, "mount", True),
        ({"path": "/mnt/data/lora-adapters/sql"}, "mount", False),
        ({"path": "/mnt/data/lora-adapters/sql"}, "copy", False),
        ({"path": "/data/lora-adapters/sql"}, "copy", False),
        ({"path": "/data/lora-adapters/sql"}, "legacy-prescript", True),
        ({"path": "/mnt/nvme0/sql"}, "mount", True),
    ],
)
def test_an_adapter_is_where_something_puts_it(adapter: dict[str, Any], delivery: str, legal: bool) -> None:
    entry = SCRIPT if delivery == "legacy-prescript" else {"delivery": delivery}
    problems = wrong(adapter=adapter, **VENDOR, **LORA, **entry, kv_offload={"ssd_gb": 500})
    assert problems == ([] if legal else ["llm_models[m].adapters[sql].path"])


@pytest.mark.req("S3-08")
@pytest.mark.parametrize(
    ("path", "mounted", "legal"),
    [
        (None, None, True),
        ("/mnt/nvme0", None, True),
        ("/mnt/nvme0/", None, True),
        ("/mnt/ssd", None, False),
        ("/mnt/ssd", "/mnt/ssd", True),
        (None, "/mnt/ssd", True),
    ],
)
def test_the_engine_looks_where_the_device_plugin_mounts(
    path: str | None, mounted: str | None, legal: bool
) -> None:
    cluster = {"components": {"aidaptiv": {"mount_path": mounted}}} if mounted else None
    offload = {"ssd_gb": 500, **({"path": path} if path else {})}
    problems = wrong(cluster=cluster, kv_offload=offload, **VENDOR)
    assert problems == ([] if legal else ["llm_serving[a].kv_offload.path"])


def test_the_path_of_a_volume_is_free() -> None:
    offload = {"ssd_gb": 500, "path": "/mnt/ssd", "storage_class": "aidaptiv-cache"}
    assert not wrong(kv_offload=offload, **VENDOR)
