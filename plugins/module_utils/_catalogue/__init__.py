# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Facts of the world outside: versions, images, GPU products, models and engine arguments."""

from __future__ import annotations

from .gpus import Product, product
from .images import default_image, has_vllm_backend, relocated, vllm_version
from .models import ModelFacts, model_facts
from .pins import PINS, Pin, pinned

__all__ = [
    "PINS",
    "ModelFacts",
    "Pin",
    "Product",
    "default_image",
    "has_vllm_backend",
    "model_facts",
    "pinned",
    "product",
    "relocated",
    "vllm_version",
]
