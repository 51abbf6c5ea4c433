# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-17: Triton's image carries the vLLM backend."""

from __future__ import annotations

from collections.abc import Iterator

from .._catalogue.images import has_vllm_backend
from .._fleet import Fleet, Problem
from .finding import Plans, at, error

CODE = "V-17"


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        image = plan.service.image
        if plan.engine.name != "triton-vllm" or not image or plan.service.has_vllm_backend:
            continue
        if not has_vllm_backend(image):
            message = f"nothing shows that {image} contains the vLLM backend."
            hint = "Use a -vllm-python-py3 tag of 23.10 or later, or set has_vllm_backend: true."
            yield error(CODE, at(plan, "image"), message, hint)
