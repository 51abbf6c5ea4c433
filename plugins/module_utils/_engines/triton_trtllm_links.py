# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the GPUs of a copy see each other's memory, so that TensorRT-LLM may sum up over it by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._catalogue.gpus import product

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan


def is_linked(plan: ServicePlan) -> bool:
    gpu = plan.service.gpu
    if plan.pods_per_copy > 1 or gpu.p2p == "false":
        return False
    known = [product(name) for name in gpu.product]
    return gpu.p2p == "true" or (bool(known) and all(each is not None and each.nvlink for each in known))
