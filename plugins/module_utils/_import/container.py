# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment, resources and command line of an engine's container."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from .._catalogue import vllm
from .._fleet.arguments import ELSEWHERE, HOMES
from .imported import Imported

_GPUS = ("nvidia.com/gpu",)
_AMOUNTS = {"cpu": "cpu", "memory": "memory", "ephemeral-storage": "ephemeral"}


def resources(made: Imported, given: Mapping[str, Any]) -> None:
    for side, key in (("requests", "request"), ("limits", "limit")):
        for resource, amount in (given.get(side) or {}).items():
            if resource in _GPUS:
                made.service.setdefault("topology", {})["tensor"] = int(amount)
            elif resource in _AMOUNTS:
                made.serve(f"resources.{_AMOUNTS[resource]}.{key}", str(amount))
            else:
                made.serve("gpu.resource", resource)
                made.service.setdefault("topology", {})["tensor"] = int(amount)


def environment(made: Imported, written: Sequence[Mapping[str, Any]]) -> None:
    """Variables that follow from the GPUs lead to them; all others stay variables."""
    for name, value in _variables(made, written):
        path = f"env.{name}"
        if name == "CUDA_VISIBLE_DEVICES":
            _devices(made, path, value)
        elif name == "NCCL_IGNORE_DISABLED_P2P":
            if value == "1":
                made.serve("gpu.p2p", "false")
            made.note(
                "corrected", path, "hides a broken link too; said for GPUs without one: gpu.p2p.", "T-10"
            )
        elif name == "NCCL_DEBUG":
            made.note("dropped", path, f"{value} is for the search of a fault, not for every day.", "T-13")
        elif name in ("HF_HOME", "TRANSFORMERS_CACHE"):
            made.note("missing", path, f"write cache with the store that holds {value}.")
        else:
            made.service.setdefault("env", {})[name] = value


def _variables(made: Imported, written: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    pending = ""
    for item in written:
        if "valueFrom" in item:
            made.note("missing", f"env.{item['name']}", "comes from a Secret or the pod: write it by hand.")
            continue
        if "name" in item and "value" not in item:
            pending = item["name"]
            continue
        name = item.get("name", pending)
        if "name" not in item:
            made.note("corrected", f"env.{name}", "name and value were two entries of the list.", "T-09")
        elif not isinstance(item["value"], str):
            made.note("corrected", f"env.{name}", "was no text.", "T-09")
        found.append((name, str(item["value"])))
    return found


def _devices(made: Imported, path: str, value: str) -> None:
    devices = [each.strip() for each in value.split(",") if each.strip()]
    made.serve("gpu.mode", "visible-devices")
    made.serve("gpu.visible_devices", [int(each) if each.isdigit() else each for each in devices])
    if len(devices) > 1:
        made.service.setdefault("topology", {}).setdefault("tensor", len(devices))
    message = "takes whole GPUs past the scheduler: say gpu.acknowledge_unaccounted_gpu, or leave it out."
    made.note("missing", path, message, "T-08")


def arguments(made: Imported, items: Sequence[str], *, of_triton: bool = False) -> None:
    """Arguments of vLLM, under any spelling, at the keys that they have here."""
    for argument in vllm.given(items):
        home = HOMES.get(argument.name)
        if home is not None:
            made.serve(home, _value(argument.value))
        elif argument.name == "served_model_name":
            made.model["served_names"] = [argument.value]
        elif argument.name in ELSEWHERE:
            made.note("dropped", argument.written, f"follows from {ELSEWHERE[argument.name]}.")
        elif of_triton:
            _model_json(made, argument)
        else:
            written = (
                argument.written
                if isinstance(argument.value, bool)
                else f"{argument.written}={argument.value}"
            )
            made.service.setdefault("engine_args", {}).setdefault("extra", []).append(written)


def _model_json(made: Imported, argument: vllm.Given) -> None:
    if argument.name in ("disable_log_requests", "enable_log_requests"):
        made.note(
            "dropped", f"model.json.{argument.name}", "no engine of today logs requests unasked.", "T-101"
        )
        return
    keys = made.service.setdefault("engine_args", {}).setdefault("model_json", {})
    keys[argument.name] = _value(argument.value)


def _value(written: str | bool | None) -> Any:
    if not isinstance(written, str):
        return written
    try:
        return json.loads(written)
    except json.JSONDecodeError:
        return written
