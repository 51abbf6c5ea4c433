# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-17 and V-18 for aiDAPTIVCache: an image that no registry offers, and what its server can be told."""

from __future__ import annotations

from collections.abc import Iterator

from .._catalogue.aidaptiv import IMAGE, START_METHODS
from .._catalogue.images import is_published_nowhere, parse, vllm_version
from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .finding import Plans, at, error, warning

CODE = "V-17"
ARGUMENTS = "V-18"

START_METHOD = "VLLM_WORKER_MULTIPROC_METHOD"


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        if plan.engine.name == "aidaptiv":
            yield from _image(plan)
            yield from _arguments(plan)


def _image(plan: ServicePlan) -> Iterator[Problem]:
    given = plan.service.image
    if given is None or not (parse(given).tag or parse(given).digest):
        message = "is missing." if given is None else f"{given} has no tag."
        hint = f"Write the image that you have of the vendor with its tag, for example {IMAGE}:<tag>."
        yield error(CODE, at(plan, "image"), message, hint)
    elif plan.service.image_pull_policy == "Always" and is_published_nowhere(plan.image):
        message = f"Always would ask a registry for {given}, which none has."
        hint = "Write IfNotPresent for nodes that have it, or llm_cluster.registry for a mirror that does."
        yield error(CODE, at(plan, "image_pull_policy"), message, hint)


def _arguments(plan: ServicePlan) -> Iterator[Problem]:
    service = plan.service
    method = service.env.get(START_METHOD)
    if method is not None and method not in START_METHODS:
        message = f"{method} is no way to start a worker."
        hint = f"Write {' or '.join(START_METHODS)}."
        yield error(ARGUMENTS, at(plan, f"env.{START_METHOD}"), message, hint)
    if service.engine_args.chunked_prefill is False and not (service.version or vllm_version(plan.image)):
        path = at(plan, "engine_args.chunked_prefill")
        message = f"the image tells no version; false is written as vLLM {plan.engine_version} has it."
        yield warning(ARGUMENTS, path, message, "Write version.")
