# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GPU products as the node label ``nvidia.com/gpu.product`` names them, and what pods ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass

PRODUCT_LABEL = "nvidia.com/gpu.product"


@dataclass(frozen=True, kw_only=True)
class Product:
    memory_gib: int
    compute: tuple[int, int]
    """CUDA compute capability."""
    nvlink: bool = False
    """GPUs of one node reach each other by NVLink."""


RESOURCE_NAMES: dict[str, dict[str, str]] = {
    "nvidia": {"count": "nvidia.com/gpu"},
    "hami": {
        "count": "nvidia.com/gpu",
        "memory_percent": "nvidia.com/gpumem-percentage",
        "memory": "nvidia.com/gpumem",
    },
    "otterscale": {
        "count": "otterscale.com/vgpu",
        "memory_percent": "otterscale.com/vgpumem-percentage",
        "memory": "otterscale.com/vgpumem",
    },
}
"""Preset → what a resource counts → its name."""

PRODUCTS: dict[str, Product] = {
    "Tesla-P100-PCIE-16GB": Product(memory_gib=16, compute=(6, 0)),
    "Tesla-P100-SXM2-16GB": Product(memory_gib=16, compute=(6, 0), nvlink=True),
    "Tesla-V100-PCIE-16GB": Product(memory_gib=16, compute=(7, 0)),
    "Tesla-V100-PCIE-32GB": Product(memory_gib=32, compute=(7, 0)),
    "Tesla-V100-SXM2-16GB": Product(memory_gib=16, compute=(7, 0), nvlink=True),
    "Tesla-V100-SXM2-32GB": Product(memory_gib=32, compute=(7, 0), nvlink=True),
    "Tesla-T4": Product(memory_gib=16, compute=(7, 5)),
    "NVIDIA-A2": Product(memory_gib=16, compute=(8, 6)),
    "NVIDIA-A10": Product(memory_gib=24, compute=(8, 6)),
    "NVIDIA-A10G": Product(memory_gib=24, compute=(8, 6)),
    "NVIDIA-A16": Product(memory_gib=16, compute=(8, 6)),
    "NVIDIA-A30": Product(memory_gib=24, compute=(8, 0)),
    "NVIDIA-A40": Product(memory_gib=48, compute=(8, 6)),
    "NVIDIA-A100-PCIE-40GB": Product(memory_gib=40, compute=(8, 0)),
    "NVIDIA-A100-80GB-PCIe": Product(memory_gib=80, compute=(8, 0)),
    "NVIDIA-A100-SXM4-40GB": Product(memory_gib=40, compute=(8, 0), nvlink=True),
    "NVIDIA-A100-SXM4-80GB": Product(memory_gib=80, compute=(8, 0), nvlink=True),
    "NVIDIA-RTX-A4000": Product(memory_gib=16, compute=(8, 6)),
    "NVIDIA-RTX-A5000": Product(memory_gib=24, compute=(8, 6)),
    "NVIDIA-RTX-A6000": Product(memory_gib=48, compute=(8, 6)),
    "NVIDIA-GeForce-RTX-3090": Product(memory_gib=24, compute=(8, 6)),
    "NVIDIA-GeForce-RTX-4090": Product(memory_gib=24, compute=(8, 9)),
    "NVIDIA-GeForce-RTX-5090": Product(memory_gib=32, compute=(12, 0)),
    "NVIDIA-L4": Product(memory_gib=24, compute=(8, 9)),
    "NVIDIA-L20": Product(memory_gib=48, compute=(8, 9)),
    "NVIDIA-L40": Product(memory_gib=48, compute=(8, 9)),
    "NVIDIA-L40S": Product(memory_gib=48, compute=(8, 9)),
    "NVIDIA-RTX-6000-Ada-Generation": Product(memory_gib=48, compute=(8, 9)),
    "NVIDIA-H20": Product(memory_gib=96, compute=(9, 0), nvlink=True),
    "NVIDIA-H100-PCIe": Product(memory_gib=80, compute=(9, 0)),
    "NVIDIA-H100-NVL": Product(memory_gib=94, compute=(9, 0), nvlink=True),
    "NVIDIA-H100-80GB-HBM3": Product(memory_gib=80, compute=(9, 0), nvlink=True),
    "NVIDIA-GH200-480GB": Product(memory_gib=96, compute=(9, 0), nvlink=True),
    "NVIDIA-H200": Product(memory_gib=141, compute=(9, 0), nvlink=True),
    "NVIDIA-H200-NVL": Product(memory_gib=141, compute=(9, 0), nvlink=True),
    "NVIDIA-B200": Product(memory_gib=180, compute=(10, 0), nvlink=True),
    "NVIDIA-GB200": Product(memory_gib=186, compute=(10, 0), nvlink=True),
    "NVIDIA-B300-SXM6-AC": Product(memory_gib=270, compute=(10, 3), nvlink=True),
}

_SHARING = re.compile(r"-(SHARED|MIG-\S+)$")


def product(label: str) -> Product | None:
    """The product of a node label, which sharing and MIG lengthen; None for a product that is not known."""
    return PRODUCTS.get(_SHARING.sub("", label))
