# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-02: facts that follow from the inventory may not be typed a second time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .._catalogue.aidaptiv import FLAGS
from .._catalogue.images import trtllm_version, vllm_version
from .._catalogue.vllm import given, release
from .._engines.kv_transfer import kv_transfer_config
from .._fleet import Fleet, Problem
from .._fleet.arguments import ELSEWHERE, HOMES
from .._plan import ServicePlan
from .finding import Plans, at, error

CODE = "V-02"

VENDOR = {
    name: parameter.home for name, parameter in FLAGS.items() if parameter.home.startswith("kv_offload.")
}
"""Arguments of aiDAPTIVCache's own that have a key of their own."""

TRITON = {
    "--model-repository": "store and model",
    "--model-store": "store and model",
    "--http-port": "engine and platform",
    "--grpc-port": "engine and platform",
    "--metrics-port": "engine and platform",
    "--exit-timeout-secs": "the pod's grace period",
    "--log-verbose": "engine_args.log_verbose",
    "--log-format": "engine_args.log_iso8601",
}
"""Arguments of tritonserver that follow from the inventory."""

ENVIRONMENT = {
    "CUDA_VISIBLE_DEVICES": "gpu.visible_devices",
    "NVIDIA_VISIBLE_DEVICES": "gpu.mode and gpu.visible_devices",
    "NCCL_P2P_DISABLE": "gpu.p2p",
    "NCCL_IGNORE_DISABLED_P2P": "gpu.p2p",
    "HF_HUB_OFFLINE": "llm_stores[].offline and cache.prewarm",
    "HF_ENDPOINT": "llm_stores[].endpoint",
    "TRANSFORMERS_CACHE": "cache",
    "TRITON_AWS_MOUNT_DIRECTORY": "llm_stores[]; it needs an empty directory, which is made for it",
    "AWS_ENDPOINT_URL": "llm_stores[].endpoint",
    "AWS_DEFAULT_REGION": "llm_stores[].region",
}
"""Variables that follow from the inventory."""


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        if plan.engine.name in ("vllm", "aidaptiv"):
            yield from _vllm_arguments(plan)
        elif plan.engine.protocol != "openai":
            yield from _triton_arguments(plan)
            yield from _model_json(plan)
        for name, home in ENVIRONMENT.items():
            if name in plan.service.env:
                yield error(
                    CODE,
                    at(plan, f"env.{name}"),
                    f"is derived from {home}.",
                    "Remove it from env and set it there.",
                )
        for name in plan.service.resources.extra:
            if name in ("cpu", "memory", "ephemeral-storage") or name in plan.gpu_resources:
                hint = "Remove it; resources.cpu, .memory and .ephemeral, topology and gpu say how much."
                yield error(CODE, at(plan, f"resources.extra.{name}"), "has a key of its own.", hint)
        yield from _version(plan)


def _vllm_arguments(plan: ServicePlan) -> Iterator[Problem]:
    for argument in given(plan.service.engine_args.extra):
        path = at(plan, f"engine_args.extra[{argument.index}]")
        home = VENDOR.get(argument.name) if plan.engine.name == "aidaptiv" else None
        if home or (argument.name == "kv_transfer_config" and kv_transfer_config(plan)):
            message = f"{argument.written} is derived from {home or 'kv_offload and prefill'}."
            yield error(CODE, path, message, f"Remove the argument or change {home or 'these'}.")
        else:
            yield from _repeated(plan, path, argument.written, argument.name, argument.value)


def _model_json(plan: ServicePlan) -> Iterator[Problem]:
    for name, value in plan.service.engine_args.model_json.items():
        yield from _repeated(plan, at(plan, f"engine_args.model_json.{name}"), name, name, value)


def _repeated(plan: ServicePlan, path: str, written: str, name: str, value: Any) -> Iterator[Problem]:
    if home := HOMES.get(name):
        current = _value(plan, home)
        is_now = "" if current in (None, {}) else f" ({_plain(current)})"
        but = "" if value is None else f", but {_plain(value)} is given"
        hint = f"Remove the argument or change {home}."
        yield error(CODE, path, f"{written} is derived from {home}{is_now}{but}.", hint)
    elif home := ELSEWHERE.get(name):
        yield error(CODE, path, f"{written} is derived from {home}.", "Remove the argument.")


def _triton_arguments(plan: ServicePlan) -> Iterator[Problem]:
    for index, item in enumerate(plan.service.engine_args.extra):
        written = item.partition("=")[0]
        if home := TRITON.get(written):
            path = at(plan, f"engine_args.extra[{index}]")
            yield error(CODE, path, f"{written} is derived from {home}.", "Remove the argument.")


def _version(plan: ServicePlan) -> Iterator[Problem]:
    name = "TensorRT-LLM" if plan.engine.name == "triton-trtllm" else "vLLM"
    told = trtllm_version(plan.image) if name == "TensorRT-LLM" else vllm_version(plan.image)
    version = plan.service.version
    if told and version and release(told) != release(version):
        message = f"the tag of {plan.image} says {name} {told}, but {version} is given."
        hint = f"Remove version, write {told}, or name another image."
        yield error(CODE, at(plan, "version"), message, hint)


def _value(plan: ServicePlan, home: str) -> Any:
    found: Any = plan.service
    for name in home.split("."):
        found = getattr(found, name)
    return found


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
