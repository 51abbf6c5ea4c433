# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names under which GPUs are shared: what services ask for, and what HAMi's settings call it.

No node tells them all. A pod that asks for memory under another name, or for another scheduler, waits for
ever.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._apply import Diagnosis
from .._apply.world import title
from .._cluster import Object

SETTINGS = "device-config.yaml"
FIELDS = {
    "count": "resourceCountName",
    "memory": "resourceMemoryName",
    "memory_percent": "resourceMemoryPercentageName",
}
"""What a resource counts → its field in HAMi's settings."""
VALUES = {"count": "resourceName", "memory": "resourceMem", "memory_percent": "resourceMemPercentage"}
"""The same → the value of HAMi's chart."""
SCHEDULER = "--scheduler-name="


@dataclass(frozen=True, kw_only=True)
class Names:
    """``resources`` by what they count."""

    resources: Mapping[str, str]
    scheduler: str


def chart_values(names: Names) -> dict[str, Any]:
    """By which values HAMi's chart takes them. Cores and priority are named after the memory."""
    values: dict[str, Any] = {VALUES[what]: name for what, name in names.resources.items()}
    if memory := names.resources.get("memory"):
        values["resourceCores"] = memory.removesuffix("mem") + "cores"
        values["resourcePriority"] = memory.partition("/")[0] + "/priority"
    return {**values, "schedulerName": names.scheduler}


def misnamed(objects: Sequence[Object], names: Names) -> list[Diagnosis]:
    """Where the settings among the objects call it otherwise."""
    return [
        Diagnosis(
            code="Rejected",
            object=title(obj),
            message=f"{where} is {found}, and services ask for {wanted}: their pods would wait for ever.",
            hint=f"{value}: {wanted} is the value of HAMi's chart. Or bring {ours} up to date.",
        )
        for obj in objects
        for where, found, wanted, value, ours in (*_resources(obj, names), *_schedulers(obj, names))
        if found != wanted
    ]


def settings(obj: Object) -> dict[str, Any]:
    """HAMi's settings for NVIDIA's GPUs in a ConfigMap; empty where it has none."""
    import yaml

    text = (obj.get("data") or {}).get(SETTINGS, "") if obj["kind"] == "ConfigMap" else ""
    try:
        read = yaml.safe_load(text) if text else None
    except yaml.YAMLError:
        return {}
    found = read.get("nvidia") if isinstance(read, dict) else None
    return found if isinstance(found, dict) else {}


_Compared = tuple[str, str, str, str, str]
"""Where, what is there, what is wanted, the chart's value, the inventory's key."""


def _resources(obj: Object, names: Names) -> Iterator[_Compared]:
    said = settings(obj)
    for what, wanted in names.resources.items():
        if field := said.get(FIELDS[what]):
            ours = "llm_cluster.gpu_resources"
            yield f"nvidia.{FIELDS[what]}", str(field), wanted, VALUES[what], ours


def _schedulers(obj: Object, names: Names) -> Iterator[_Compared]:
    if obj["kind"] != "Deployment":
        return
    for container in obj["spec"]["template"]["spec"].get("containers") or ():
        for word in (*(container.get("command") or ()), *(container.get("args") or ())):
            if word.startswith(SCHEDULER):
                ours = "llm_cluster.components.hami.scheduler"
                found = word.removeprefix(SCHEDULER)
                yield SCHEDULER.rstrip("="), found, names.scheduler, "schedulerName", ours
