# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image that builds engines for TensorRT-LLM: its recipe, and its making where a builder is at hand."""

from __future__ import annotations

from .builder import BUILDERS, BuildFailed, Made, NoBuilder, find_builder, make
from .recipe import LABEL, Recipe, recipe

__all__ = [
    "BUILDERS",
    "LABEL",
    "BuildFailed",
    "Made",
    "NoBuilder",
    "Recipe",
    "find_builder",
    "make",
    "recipe",
]
