# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from ansible_collections.inferops.serving.plugins.module_utils._catalogue.images import (
    Reference,
    default_image,
    has_vllm_backend,
    parse,
    relocated,
    trtllm_version,
    vllm_version,
)


@pytest.mark.parametrize(
    ("image", "parts"),
    [
        ("gpt", Reference(registry="docker.io", repository="gpt")),
        ("vllm/vllm-openai:v1", Reference(registry="docker.io", repository="vllm/vllm-openai", tag="v1")),
        ("nvcr.io/nvidia/x:24.10", Reference(registry="nvcr.io", repository="nvidia/x", tag="24.10")),
        ("localhost/x", Reference(registry="localhost", repository="x")),
        ("r.example:5000/a/b", Reference(registry="r.example:5000", repository="a/b")),
        (
            "r.example:5000/a/b:t@sha256:0f",
            Reference(registry="r.example:5000", repository="a/b", tag="t", digest="sha256:0f"),
        ),
    ],
)
def test_parts_of_a_name(image: str, parts: Reference) -> None:
    assert parse(image) == parts


@pytest.mark.req("S0-05")
@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("vllm/vllm-openai:v0.33.0", "0.33.0"),
        ("registry.example/vllm/vllm-openai:v0.6.6.post1", "0.6.6.post1"),
        ("vllm/vllm-openai:v0.33.0-cu130", "0.33.0"),
        ("nvcr.io/nvidia/tritonserver:26.06-vllm-python-py3", "0.22.1"),
        ("nvcr.io/nvidia/tritonserver:24.04-vllm-python-py3", "0.4.0.post1"),
        ("nvcr.io/nvidia/tritonserver:99.01-vllm-python-py3", None),
        ("nvcr.io/nvidia/tritonserver:26.06-py3", None),
        ("vllm/vllm-openai:latest", None),
        ("vllm/vllm-openai", None),
        ("vllm/vllm-openai@sha256:0f", None),
    ],
)
def test_the_version_that_a_tag_tells(image: str, version: str | None) -> None:
    assert vllm_version(image) == version


@pytest.mark.parametrize("engine", ["vllm", "triton-vllm", "simulator"])
def test_every_engine_has_a_pinned_image(engine: str) -> None:
    image = default_image(engine, "current")
    assert image
    assert parse(image).tag


@pytest.mark.parametrize(
    ("engine", "version", "tag"),
    [
        ("vllm", "0.30.0", "v0.30.0"),
        ("vllm", "v0.30.0", "v0.30.0"),
        ("triton-vllm", "0.24.0", "26.07-vllm-python-py3"),
        ("triton-vllm", "0.22.1", "26.06-vllm-python-py3"),
        (
            "triton-trtllm",
            "1.2.1",
            "26.06-trtllm-python-py3",
        ),  # a newer release has it too; this one is pinned
        ("triton-trtllm", "1.1.0", "26.02-trtllm-python-py3"),
        ("triton-vllm", "0.30.0", "26.06-vllm-python-py3"),  # no release has it: the pinned one
        ("simulator", "0.30.0", "v0.10.2"),
    ],
)
def test_a_version_chooses_the_image_that_carries_it(engine: str, version: str, tag: str) -> None:
    assert parse(str(default_image(engine, "current", version))).tag == tag


def test_the_pinned_images_tell_their_version() -> None:
    for engine in ("vllm", "triton-vllm"):
        assert vllm_version(str(default_image(engine, "current")))
    assert has_vllm_backend(str(default_image("triton-vllm", "current")))
    assert has_vllm_backend(str(default_image("triton-vllm", "seed")))


@pytest.mark.req("XC-21")
@pytest.mark.parametrize(
    ("prefix", "mirrors", "image"),
    [
        (None, {}, "nvcr.io/nvidia/x:1"),
        ("r.example/cache", {}, "r.example/cache/nvidia/x:1"),
        ("r.example/cache/", {}, "r.example/cache/nvidia/x:1"),
        (None, {"nvcr.io": "r.example/ngc"}, "r.example/ngc/nvidia/x:1"),
        ("r.example/cache", {"nvcr.io": "r.example/ngc"}, "r.example/ngc/nvidia/x:1"),
        ("r.example/cache", {"docker.io": "r.example/hub"}, "r.example/cache/nvidia/x:1"),
    ],
)
def test_images_of_a_site_without_the_internet(
    prefix: str | None, mirrors: dict[str, str], image: str
) -> None:
    assert relocated("nvcr.io/nvidia/x:1", prefix=prefix, mirrors=mirrors) == image


def test_a_digest_stays() -> None:
    assert relocated("a/b@sha256:0f", prefix="r.example", mirrors={}) == "r.example/a/b@sha256:0f"


@pytest.mark.req("S1-56")
@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("nvcr.io/nvidia/tritonserver:24.04-trtllm-python-py3", "0.9.0"),
        ("nvcr.io/nvidia/tritonserver:26.06-trtllm-python-py3", "1.2.1"),
        ("nvcr.io/example/triton_trt-llm:24.04", "0.9.0"),
        ("nvcr.io/nvidia/tritonserver:26.06-vllm-python-py3", None),
        ("nvcr.io/nvidia/tritonserver:26.06-py3", None),
        ("registry.example/trtllm:latest", None),
    ],
)
def test_the_version_of_tensorrt_llm_that_a_tag_tells(image: str, version: str | None) -> None:
    assert trtllm_version(image) == version
