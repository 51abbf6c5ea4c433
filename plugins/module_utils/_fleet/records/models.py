# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``llm_models``: what is served."""

from __future__ import annotations

from dataclasses import dataclass

from ..option import Memory, option


@dataclass(frozen=True, kw_only=True)
class Adapter:
    name: str = option("Name under which requests address the adapter.")
    path: str | None = option("Directory of the adapter as the serving container sees it.", default=None)
    source: str | None = option("Path of the adapter inside the model's store, or a hub id.", default=None)
    rank: int | None = option("Rank of the adapter.", default=None, minimum=1)


@dataclass(frozen=True, kw_only=True)
class Model:
    name: str = option("Name of the entry.")
    source: str = option("Hugging Face id, or path inside the store.")
    store: str | None = option(
        "Entry of O(llm_stores) that holds the model.",
        default=None,
        refers_to="llm_stores",
        implied="the public Hugging Face hub",
    )
    revision: str | None = option("Branch, tag or commit on the hub.", default=None)
    gated: bool = option(
        "The hub gives the model only to holders of an accepted token.",
        default=False,
    )
    served_names: tuple[str, ...] = option(
        "Names under which requests address the model.", default=(), implied="the model's name"
    )
    max_position: int | None = option(
        "Longest sequence that the model was made for, in tokens.",
        default=None,
        implied="known for measured models",
        minimum=1,
    )
    raw_size: Memory | None = option(
        "Size of the model's files.", default=None, implied="known for measured models"
    )
    converted_sizes: dict[str, Memory] = option(
        "Size of the model converted for TensorRT-LLM by C(<pipeline>x<tensor>), for example"
        " V({1x8: 152Gi}). Required where none was measured.",
        default={},
        implied="known for measured models",
    )
    size_class: str | None = option(
        "Size class, for default memory and advice.",
        choices=("small", "medium", "large"),
        default=None,
        implied="from O(llm_models[].params_b): below 7 V(small), up to 13 V(medium), above V(large)",
    )
    params_b: float | None = option("Number of parameters in 10^9.", default=None)
    dtype: str | None = option(
        "Data type of the weights, for example V(bfloat16).",
        default=None,
        implied="from the model's own configuration",
    )
    adapters: tuple[Adapter, ...] = option("LoRA adapters.", default=())
