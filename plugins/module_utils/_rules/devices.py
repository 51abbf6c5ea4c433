# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""V-05: lists of devices, and the way between the GPUs of a pod."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .._catalogue.gpus import product
from .._fleet import Fleet, Problem
from .._plan import ServicePlan
from .finding import Plans, at, error, warning

CODE = "V-05"

_HEX = "[0-9a-f]"
_UUID = rf"{_HEX}{{8}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{4}}-{_HEX}{{12}}"
_DEVICE = re.compile(rf"\d+|(GPU|MIG)-{_UUID}", re.IGNORECASE)


def check(fleet: Fleet, plans: Plans) -> Iterator[Problem]:
    for plan in plans:
        gpu = plan.service.gpu
        if plan.gpu_mode == "visible-devices":
            yield from _devices(plan)
        elif gpu.visible_devices and plan.engine.uses_gpu:
            hint = "Remove it, or write gpu.mode: visible-devices."
            message = f"has no effect with mode {gpu.mode}: the scheduler chooses the GPUs."
            yield error(CODE, at(plan, "gpu.visible_devices"), message, hint)
        linked = [name for name in gpu.product if (known := product(name)) and known.nvlink]
        if gpu.p2p == "false" and linked:
            message = f"hides a broken NVLink on {', '.join(linked)}."
            yield warning(CODE, at(plan, "gpu.p2p"), message, "Write auto where the GPUs are linked.")


def _devices(plan: ServicePlan) -> Iterator[Problem]:
    devices = plan.service.gpu.visible_devices
    topology = plan.service.topology
    faults = []
    if any(device != device.strip() for device in devices):
        faults.append("a space")
    if wrong := [device for device in devices if not _DEVICE.fullmatch(device.strip())]:
        faults.append(f"{', '.join(map(repr, wrong))}, which is no index and no full UUID")
    if len({device.strip() for device in devices}) < len(devices):
        faults.append("a duplicate")
    if plan.service.gpu.resource and any(int(d) >= plan.world_size for d in devices if d.strip().isdigit()):
        faults.append(f"an index above {plan.world_size - 1}, the last that the pod has")
    if faults or len(devices) != plan.world_size:
        has = f'"{",".join(devices)}" has {" and ".join(faults)}; ' if faults else f"{len(devices)} given; "
        split = f"tensor {topology.tensor} by pipeline {topology.pipeline}"
        needed = f"{plan.world_size} different devices are needed ({split})."
        example = ", ".join(str(index) for index in range(plan.world_size))
        yield error(CODE, at(plan, "gpu.visible_devices"), has + needed, f"Write a list, e.g. [{example}].")
