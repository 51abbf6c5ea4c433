# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions of everything that is not ours: the one place to look, and to change.

``seed`` is the version that the documents this collection grew from name, as a baseline; ``current`` is newer
and tested. What KServe depends on has, as ``current``, the version that KServe's own release was tested with.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Pin:
    seed: str | None
    """None where the documents name no version."""
    current: str


PINS: dict[str, Pin] = {
    "adapter": Pin(seed="4.10.0", current="5.3.0"),
    "aidaptiv": Pin(seed="0.4.6", current="1.4.0"),
    "aiperf": Pin(seed=None, current="0.12.0"),
    "cert_manager": Pin(seed=None, current="v1.17.0"),
    "dcgm": Pin(seed="3.3.5-3.4.1", current="4.5.3-4.8.2"),
    "device_plugin": Pin(seed="v0.15.0", current="v0.20.0"),
    "gateway": Pin(seed=None, current="v1.5.1"),
    "gfd": Pin(seed="v0.8.2", current="v0.20.0"),
    "gpu_operator": Pin(seed=None, current="v26.7.0"),
    "hami": Pin(seed="2.6.1", current="v2.10.0"),
    "inference_crds": Pin(seed=None, current="v1.5.0"),
    "keda": Pin(seed=None, current="2.18"),
    "knative_features": Pin(seed=None, current="1.21.1"),
    "kserve": Pin(seed="0.13", current="v0.20.0"),
    "kueue": Pin(seed=None, current="v0.19.2"),
    "llmd": Pin(seed=None, current="v0.9.0"),
    "lws": Pin(seed="v0.3.0", current="v0.8.0"),
    "mpi_operator": Pin(seed=None, current="v0.8.2"),
    "nfd": Pin(seed="0.15.4", current="0.19.0"),
    "nfs_csi": Pin(seed=None, current="v4.13.4"),
    "prometheus": Pin(seed="58.7.2", current="88.5.3"),
    "rclone": Pin(seed=None, current="1.75.1"),
    "simulator": Pin(seed=None, current="v0.10.2"),
    "tensorrt_llm": Pin(seed="0.9.0", current="1.2.1"),
    "triton-trtllm": Pin(seed="24.04", current="26.06"),
    "triton-vllm": Pin(seed="23.10", current="26.06"),
    "vllm": Pin(seed=None, current="v0.33.0"),
}
"""Components and engines by the names that the inventory has for them."""


def pinned(name: str, preset: str) -> str | None:
    """The version of a component or engine under a preset, ``seed`` or ``current``."""
    pin = PINS[name]
    return pin.seed if preset == "seed" else pin.current
