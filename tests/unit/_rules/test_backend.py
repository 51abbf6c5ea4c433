# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.unit._rules.asking import found


@pytest.mark.req("S4-05")
@pytest.mark.parametrize(
    "tag", ["23.10-vllm-python-py3", "26.06-vllm-python-py3", "26.06-vllm-python-py3-custom"]
)
def test_tags_that_show_the_backend(tag: str) -> None:
    assert not found("V-17", {"engine": "triton-vllm", "image": f"nvcr.io/nvidia/tritonserver:{tag}"})


@pytest.mark.req("S4-05")
@pytest.mark.parametrize(
    "image",
    [
        "nvcr.io/nvidia/tritonserver:23.09-vllm-python-py3",
        "nvcr.io/nvidia/tritonserver:26.06-py3",
        "nvcr.io/nvidia/tritonserver:26.06-trtllm-python-py3",
        "nvcr.io/nvidia/tritonserver",
        "registry.example:5000/triton_transformer_server:1.0",
    ],
)
def test_images_that_do_not(image: str) -> None:
    entry = {"engine": "triton-vllm", "image": image}
    (problem,) = found("V-17", entry)
    assert image in problem.message
    assert not found("V-17", entry | {"has_vllm_backend": True})


def test_other_engines_need_no_backend() -> None:
    assert not found("V-17", {"image": "registry.example/vllm:ours"})
