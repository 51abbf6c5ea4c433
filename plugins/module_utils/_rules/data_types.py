# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-08: data types that the GPU must have in hardware."""

from __future__ import annotations

from collections.abc import Iterator

from .._catalogue.gpus import Product, product
from .._catalogue.trtllm import DATA_TYPES
from .._engines.triton_trtllm_layout import data_type
from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .finding import Plans, at, error, warning

CODE = "V-08"

FP8_IN_HARDWARE = (8, 9)
FP8_AT_ALL = (8, 0)
BFLOAT16 = (8, 0)


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        yield from _converted(plan)
        for name in plan.service.gpu.product if plan.engine.uses_gpu else ():
            gpu = product(name)
            if gpu is not None:
                yield from _fp8(plan, name, gpu)
                yield from _bfloat16(plan, name, gpu)


def _bfloat16(plan: ServicePlan, named: str, gpu: Product) -> Iterator[Problem]:
    args = plan.service.engine_args
    types = {
        "engine_args.dtype": args.dtype or plan.model.dtype,
        "engine_args.kv_cache_dtype": args.kv_cache_dtype,
    }
    if plan.engine.converts:
        types = {"conversion.data_type": data_type(plan)}
    for name, value in types.items():
        if value == "bfloat16" and gpu.compute < BFLOAT16:
            message = f"{_told(named, gpu)}, bfloat16 needs 8.0."
            yield error(CODE, at(plan, name), message, "Write float16.")


def _converted(plan: ServicePlan) -> Iterator[Problem]:
    if plan.engine.converts and data_type(plan) not in DATA_TYPES:
        message = f"{data_type(plan)} is no data type of a converted model."
        hint = f"Write {', '.join(DATA_TYPES[:-1])} or {DATA_TYPES[-1]}."
        yield error(CODE, at(plan, "conversion.data_type"), message, hint)


def _fp8(plan: ServicePlan, named: str, gpu: Product) -> Iterator[Problem]:
    written = plan.service.engine_args.kv_cache_dtype or ""
    if not written.startswith("fp8") or gpu.compute >= FP8_IN_HARDWARE:
        return
    path = at(plan, "engine_args.kv_cache_dtype")
    if gpu.compute < FP8_AT_ALL:
        yield error(CODE, path, f"{_told(named, gpu)}, fp8 needs 8.0 or more.", "Write auto.")
    elif written != "fp8_e5m2":
        message = f"{_told(named, gpu)}, fp8 needs 8.9 in hardware and may fail at start."
        if plan.service.kv_cache_dtype_ack:
            yield warning(CODE, path, message)
        else:
            yield error(CODE, path, message, "Write auto or fp8_e5m2, or set kv_cache_dtype_ack: true.")


def _told(named: str, gpu: Product) -> str:
    major, minor = gpu.compute
    return f"{named} has compute capability {major}.{minor}"
