# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.unit._rules.asking import found


def fp8(product: str, dtype: str = "fp8", **entry: object) -> dict[str, object]:
    return {"gpu": {"product": product}, "engine_args": {"kv_cache_dtype": dtype}, **entry}


@pytest.mark.req("S2-10")
@pytest.mark.parametrize("product", ["NVIDIA-L4", "NVIDIA-L40S", "NVIDIA-H100-80GB-HBM3", "NVIDIA-H200"])
def test_fp8_in_hardware(product: str) -> None:
    assert not found("V-08", fp8(product))


@pytest.mark.req("S2-10")
@pytest.mark.parametrize("product", ["NVIDIA-A10G", "NVIDIA-A100-SXM4-80GB", "NVIDIA-A10G-SHARED"])
def test_fp8_without_hardware_is_acknowledged_or_refused(product: str) -> None:
    (problem,) = found("V-08", fp8(product))
    assert problem.severity == "error"
    assert "kv_cache_dtype_ack: true" in problem.hint
    (problem,) = found("V-08", fp8(product, kv_cache_dtype_ack=True))
    assert problem.severity == "warning"


@pytest.mark.req("S2-10")
def test_the_other_fp8_and_auto_need_no_acknowledgement() -> None:
    assert not found("V-08", fp8("NVIDIA-A10G", "fp8_e5m2"))
    assert not found("V-08", fp8("NVIDIA-A10G", "auto"))


@pytest.mark.req("S2-10")
@pytest.mark.parametrize("product", ["Tesla-V100-SXM2-16GB", "Tesla-T4"])
def test_fp8_on_old_gpus_is_refused_even_when_acknowledged(product: str) -> None:
    (problem,) = found("V-08", fp8(product, kv_cache_dtype_ack=True))
    assert problem.severity == "error"


def test_the_message_names_product_and_capability() -> None:
    (problem,) = found("V-08", fp8("NVIDIA-A10G"))
    assert str(problem) == (
        "V-08 llm_serving[a].engine_args.kv_cache_dtype: NVIDIA-A10G has compute capability 8.6, "
        "fp8 needs 8.9 in hardware and may fail at start. "
        "Write auto or fp8_e5m2, or set kv_cache_dtype_ack: true."
    )


def test_bfloat16_needs_ampere() -> None:
    entry = {"gpu": {"product": "Tesla-T4"}, "engine_args": {"dtype": "bfloat16"}}
    assert found("V-08", entry)
    assert found("V-08", entry | {"engine_args": {}}, model={"dtype": "bfloat16"})
    assert not found("V-08", entry | {"gpu": {"product": "NVIDIA-A10G"}})


def test_nothing_is_said_of_unknown_products() -> None:
    assert not found("V-08", fp8("Example-GPU"))
