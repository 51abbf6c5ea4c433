# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-17 and V-03 for TensorRT-LLM: a known version, all that engines need, nothing where none are built."""

from __future__ import annotations

from collections.abc import Iterator

from .._catalogue.images import TRITON, parse, trtllm_version
from .._catalogue.trtllm import LLM_API_SINCE
from .._engines.triton_trtllm_layout import shared_volume
from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .finding import Plans, at, error

CODE = "V-17"
COMBINATIONS = "V-03"


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        if plan.engine.name != "triton-trtllm":
            continue
        yield from _image(plan)
        yield from _others(plan)
        if plan.engine.converts:
            yield from _missing(fleet, plan)
            yield from _source(plan)
            yield from _products(plan)
        else:
            yield from _no_conversion(plan)


def _image(plan: ServicePlan) -> Iterator[Problem]:
    """What is served, and how, depends on the version."""
    image = plan.service.image
    if image is None or plan.service.version is not None or trtllm_version(image) is not None:
        return
    if parse(image).name == TRITON:
        message = f"{image} has no TensorRT-LLM, or is a release of Triton that is not known."
        hint = "Use a tag such as 26.06-trtllm-python-py3, or write version: the version of TensorRT-LLM."
    else:
        message = f"nothing tells which version of TensorRT-LLM is in {image}."
        hint = "Write version, or a tag that begins with the release of Triton, such as 24.04."
    yield error(CODE, at(plan, "image"), message, hint)


def _others(plan: ServicePlan) -> Iterator[Problem]:
    """What the inventory knows and this engine does not."""
    hint = "Remove it, or use engine: triton-vllm."
    if plan.service.lora.enabled:
        message = f"engine {plan.engine.name} serves no adapters from here."
        yield error(COMBINATIONS, at(plan, "lora.enabled"), message, hint)
    if plan.service.topology.data > 1:
        message = f"engine {plan.engine.name} has one engine in a copy."
        yield error(
            COMBINATIONS, at(plan, "topology.data"), message, "Write 1, and more copies in scaling.min."
        )


def _missing(fleet: Fleet, plan: ServicePlan) -> Iterator[Problem]:
    """Engines are built with an image that has the converters, for one GPU product, onto a volume."""
    service, hub = plan.service, plan.location.delivery == "hub"
    wanted = {
        "image": service.conversion.enabled and service.image is None,
        "gpu.product": not service.gpu.product,
        "cache.store": shared_volume(plan) is None and plan.location.delivery != "uri",
        "pull_secrets": not plan.pull_secrets and _has_login(fleet, plan),
        "a token for the gated model": hub and plan.gated and plan.store_secret is None,
    }
    missing = [name for name, lacks in wanted.items() if lacks]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        message = f"{', '.join(missing)} {verb} missing for TensorRT-LLM {plan.engine_version}."
        hint = (
            "Name the image with the converters, the GPU product as in nvidia.com/gpu.product, and a volume"
            f" for the engines. TensorRT-LLM {LLM_API_SINCE} and newer need none of them."
        )
        yield error(CODE, at(plan), message, hint)


def _has_login(fleet: Fleet, plan: ServicePlan) -> bool:
    """Whether the inventory has a login for the registry of the image, which so wants one."""
    server = parse(plan.image).registry
    return any(login.server == server for secret in fleet.secrets.values() for login in secret.registries)


def _source(plan: ServicePlan) -> Iterator[Problem]:
    """What engines are built from."""
    if not plan.service.conversion.enabled:
        return
    if plan.platform.name == "kserve":
        message = "platform kserve serves engines that are there already."
        hint = f"Write false, or use platform: lws, or TensorRT-LLM {LLM_API_SINCE} or newer."
        yield error(COMBINATIONS, at(plan, "conversion.enabled"), message, hint)
    elif plan.location.delivery not in ("hub", "mount"):
        message = f"engines are built from the hub or a volume, not from a store of kind {plan.store.kind}."
        hint = "Use a store of kind hf, pvc, nfs or csi, or conversion.enabled: false."
        yield error(COMBINATIONS, f"llm_models[{plan.model.name}].store", message, hint)


def _products(plan: ServicePlan) -> Iterator[Problem]:
    several = len(plan.service.gpu.product) > 1
    if several and plan.platform.name != "leader-workers":
        message = "names several products, and engines fit one."
        hint = "Keep one, or use platform: leader-workers, which has copies for each."
        yield error(COMBINATIONS, at(plan, "gpu.product"), message, hint)


def _no_conversion(plan: ServicePlan) -> Iterator[Problem]:
    """A key that changes nothing is a misunderstanding; what a preset says is not."""
    given = plan.service.provenance
    written = [name for name, source in given.items() if name.startswith("conversion.") and source == "user"]
    for name in written:
        if name != "conversion.enabled" or plan.service.conversion.enabled:
            message = f"has no effect: TensorRT-LLM {plan.engine_version} serves the model as it is."
            yield error(COMBINATIONS, at(plan, name), message, "Remove it.")
