# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether TensorRT-LLM may sum up over the memory that GPUs see of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._catalogue.gpus import product

if TYPE_CHECKING:
    from .._plan.facts import ServicePlan


def lacks_links(plan: ServicePlan) -> bool:
    """Several GPUs of which it is known that they are linked by nothing but a network or PCIe."""
    gpu = plan.service.gpu
    if plan.world_size == 1 or (gpu.p2p == "true" and plan.pods_per_copy == 1):
        return False
    known = (product(name) for name in gpu.product)
    without = any(each is not None and not each.nvlink for each in known)
    return plan.pods_per_copy > 1 or gpu.p2p == "false" or without
