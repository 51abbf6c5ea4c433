# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Presets by the size of a model: how much of a GPU its engine takes, and how much cache goes elsewhere."""

from __future__ import annotations

from .preset import Preset, Range

GROUP = "size"

SIZES: dict[str, Preset] = {
    "size-small": Preset(
        description="Models below 7 billion parameters.",
        values={"engine_args": {"gpu_memory_utilization": 0.9}},
        offload={"ssd_gb": 0},
        group=GROUP,
    ),
    "size-medium": Preset(
        description="Models of 7 to 13 billion parameters.",
        values={"engine_args": {"gpu_memory_utilization": 0.85}},
        offload={"ssd_gb": 500},
        group=GROUP,
        ranges={"kv_offload.ssd_gb": Range(low=200, high=500, code="V-14")},
    ),
    "size-large": Preset(
        description="Models above 13 billion parameters, on 2 to 4 GPUs.",
        values={"engine_args": {"gpu_memory_utilization": 0.8}, "topology": {"tensor": 2}},
        offload={"ssd_gb": 1000},
        group=GROUP,
        ranges={
            "topology.tensor": Range(low=2, high=4, code="V-04"),
            "kv_offload.ssd_gb": Range(low=500, high=1000, code="V-14"),
        },
    ),
}
