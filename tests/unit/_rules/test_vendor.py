# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

import pytest

from tests.unit._rules.asking import found, paths

HUB_NAME = "docker.io/library/aidaptiv:vNXUN_3_03_AA"


def problems(code: str, cluster: dict[str, Any] | None = None, **entry: Any) -> list[str]:
    return paths(found(code, {"engine": "aidaptiv", "image": HUB_NAME, **entry}, cluster=cluster))


@pytest.mark.req("S3-12")
@pytest.mark.parametrize(
    ("image", "legal"),
    [
        (HUB_NAME, True),
        ("registry.example/aidaptiv@sha256:abc", True),
        (None, False),
        ("docker.io/library/aidaptiv", False),
    ],
)
def test_the_tag_of_the_image_is_the_users(image: str | None, legal: bool) -> None:
    assert problems("V-17", image=image) == ([] if legal else ["llm_serving[a].image"])


@pytest.mark.req("S3-12", "S3-19")
def test_a_tag_is_text() -> None:
    script = {"delivery": "legacy-prescript", "prescript": {"script": "true", "tag": 24.10}}
    (problem,) = found("V-25", {"engine": "aidaptiv", "image": HUB_NAME, **script})
    assert problem.path == "llm_serving[a].prescript.tag"
    assert "24.1" in problem.message
    assert "Quote" in problem.hint
    script["prescript"] = {"script": "true", "tag": "24.10"}
    assert not problems("V-25", **script)


@pytest.mark.req("S3-13")
@pytest.mark.parametrize(
    ("policy", "image", "registry", "legal"),
    [
        ("IfNotPresent", HUB_NAME, {}, True),
        ("Never", HUB_NAME, {}, True),
        ("Always", HUB_NAME, {}, False),
        ("Always", "aidaptiv:1", {}, False),
        ("Always", HUB_NAME, {"prefix": "mirror.example"}, True),
        ("Always", "own.example/aidaptiv:1", {}, True),
    ],
)
def test_what_no_registry_has_is_not_always_pulled(
    policy: str, image: str, registry: dict[str, Any], legal: bool
) -> None:
    found_ = problems("V-17", cluster={"registry": registry}, image=image, image_pull_policy=policy)
    assert found_ == ([] if legal else ["llm_serving[a].image_pull_policy"])


@pytest.mark.req("S3-37")
@pytest.mark.parametrize(("method", "legal"), [("spawn", True), ("fork", True), ("forkserver", False)])
def test_workers_start_in_one_of_two_ways(method: str, legal: bool) -> None:
    name = "VLLM_WORKER_MULTIPROC_METHOD"
    assert problems("V-18", env={name: method}) == ([] if legal else [f"llm_serving[a].env.{name}"])


@pytest.mark.req("S3-34")
@pytest.mark.parametrize(("version", "told"), [(None, True), ("0.10.2", False)])
def test_an_image_that_tells_no_version_is_told(version: str | None, told: bool) -> None:
    entry = {"engine_args": {"chunked_prefill": False}, **({"version": version} if version else {})}
    assert problems("V-18", **entry) == (["llm_serving[a].engine_args.chunked_prefill"] if told else [])


@pytest.mark.req("S3-27")
@pytest.mark.parametrize(
    ("argument", "home"),
    [
        ("--tensor-parallel-size=2", "topology.tensor"),
        ("--nvme_path=/x", "kv_offload.path"),
        ("--nvme-path=/x", "kv_offload.path"),
        ("--ssd-kv-offload-gb=1", "kv_offload.ssd_gb"),
        ("--disable_kv_cache_offload", "kv_offload.enabled"),
        ("--no-resume-kv-cache", "kv_offload.resume"),
        ("--model=/x", "llm_models[].source"),
        ("--port=1", "engine and platform"),
    ],
)
def test_what_has_a_home_is_not_given_twice(argument: str, home: str) -> None:
    (problem,) = found(
        "V-02", {"engine": "aidaptiv", "image": HUB_NAME, "engine_args": {"extra": [argument]}}
    )
    assert home in problem.message


def test_a_connector_is_named_once() -> None:
    extra = {"extra": ['--kv-transfer-config={"kv_connector":"X","kv_role":"kv_both"}']}
    assert not found("V-02", {"engine_args": extra})
    (problem,) = found("V-02", {"engine_args": extra, "kv_offload": {"provider": "lmcache", "dram_gb": 1}})
    assert problem.path == "llm_serving[a].engine_args.extra[0]"
