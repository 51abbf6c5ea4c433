# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-08: data types that the GPU must have in hardware."""

from __future__ import annotations

from collections.abc import Iterator

from .._catalogue.gpus import Product, product
from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .finding import Plans, at, error, warning

CODE = "V-08"

FP8_IN_HARDWARE = (8, 9)
FP8_AT_ALL = (8, 0)
BFLOAT16 = (8, 0)


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        gpu = product(plan.service.gpu.product) if plan.service.gpu.product else None
        if gpu is None or not plan.engine.uses_gpu:
            continue
        yield from _fp8(plan, gpu)
        args = plan.service.engine_args
        for name, value in (
            ("dtype", args.dtype or plan.model.dtype),
            ("kv_cache_dtype", args.kv_cache_dtype),
        ):
            if value == "bfloat16" and gpu.compute < BFLOAT16:
                message = f"{_named(plan, gpu)}, bfloat16 needs 8.0."
                yield error(CODE, at(plan, f"engine_args.{name}"), message, "Write float16.")


def _fp8(plan: ServicePlan, gpu: Product) -> Iterator[Problem]:
    written = plan.service.engine_args.kv_cache_dtype or ""
    if not written.startswith("fp8") or gpu.compute >= FP8_IN_HARDWARE:
        return
    path = at(plan, "engine_args.kv_cache_dtype")
    if gpu.compute < FP8_AT_ALL:
        yield error(CODE, path, f"{_named(plan, gpu)}, fp8 needs 8.0 or more.", "Write auto.")
    elif written != "fp8_e5m2":
        message = f"{_named(plan, gpu)}, fp8 needs 8.9 in hardware and may fail at start."
        if plan.service.kv_cache_dtype_ack:
            yield warning(CODE, path, message)
        else:
            yield error(CODE, path, message, "Write auto or fp8_e5m2, or set kv_cache_dtype_ack: true.")


def _named(plan: ServicePlan, gpu: Product) -> str:
    major, minor = gpu.compute
    return f"{plan.service.gpu.product} has compute capability {major}.{minor}"
