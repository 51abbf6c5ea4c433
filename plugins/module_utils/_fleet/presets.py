# Copyright (c) Inferops contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Named bundles of values for a service. What the user writes always wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from .problem import Problem


@dataclass(frozen=True, kw_only=True)
class Preset:
    description: str
    values: dict[str, Any]
    group: str = ""
    """Presets of one group exclude each other."""
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Dotted path of a value → the smallest and largest that the preset was made for."""


PRESETS: dict[str, Preset] = {
    "lean-rag": Preset(
        description="Retrieval-augmented generation on one A10G-class GPU, scaled by request rate.",
        values={
            "engine_args": {"gpu_memory_utilization": 0.9, "kv_cache_dtype": "fp8"},
            "resources": {
                "cpu": {"request": "4", "limit": "8"},
                "memory": {"request": "16Gi", "limit": "32Gi"},
            },
            "scaling": {"min": 1, "max": 10, "metric": "rps", "target": 4},
        },
    ),
    "gpt2-demo": Preset(
        description="A model as small as gpt2 on half of a GPU's memory.",
        values={"engine_args": {"gpu_memory_utilization": 0.5, "enforce_eager": True}},
    ),
    "kserve-fixed-one": Preset(
        description="Exactly one copy, never scaled.",
        values={"scaling": {"min": 1, "max": 1, "metric": "none"}},
    ),
    "size-small": Preset(
        description="Models below 7 billion parameters.",
        values={"engine_args": {"gpu_memory_utilization": 0.9}},
        group="size",
    ),
    "size-medium": Preset(
        description="Models of 7 to 13 billion parameters.",
        values={"engine_args": {"gpu_memory_utilization": 0.85}},
        group="size",
    ),
    "size-large": Preset(
        description="Models above 13 billion parameters, on 2 to 4 GPUs.",
        values={"engine_args": {"gpu_memory_utilization": 0.8}, "topology": {"tensor": 2}},
        group="size",
        ranges={"topology.tensor": (2, 4)},
    ),
    "low-latency": Preset(
        description="Short answers soon: 8192 tokens, prompts in one piece.",
        values={
            "engine_args": {"max_model_len": 8192, "max_num_batched_tokens": 8192, "chunked_prefill": False}
        },
        group="goal",
    ),
    "high-throughput": Preset(
        description="Many long requests: 32768 tokens, prompts in chunks, common prefixes kept.",
        values={"engine_args": {"max_model_len": 32768, "chunked_prefill": True, "prefix_caching": True}},
        group="goal",
    ),
}


class Merged:
    """An entry with its presets, merged left to right below what the user wrote."""

    def __init__(self, entry: Mapping[str, Any], path: str) -> None:
        self.values: dict[str, Any] = {}
        self.provenance: dict[str, str] = {}
        """Dotted path of a given value → ``user`` or ``preset:<name>``."""
        self.problems: list[Problem] = []
        self._path = f"{path}.presets"
        named = entry.get("presets")
        listed = named if isinstance(named, (list, tuple)) else ()
        written = [name for name in listed if isinstance(name, str)]
        names = [name for name in written if name in PRESETS]
        self.problems += [_unknown(self._path, name) for name in written if name not in PRESETS]
        self.problems += _exclusions(self._path, names)
        for name in names:
            self._overlay(self.values, PRESETS[name].values, f"preset:{name}", "")
        self._overlay(self.values, entry, "user", "")
        self.problems += _outside(path, names, self.values)

    def _overlay(self, target: dict[str, Any], values: Mapping[str, Any], source: str, prefix: str) -> None:
        for name, value in values.items():
            dotted = f"{prefix}{name}"
            if isinstance(value, Mapping):
                inner = target.get(name)
                target[name] = inner = dict(inner) if isinstance(inner, Mapping) else {}
                self._overlay(inner, value, source, f"{dotted}.")
            elif value is not None:
                before = self.provenance.get(dotted)
                if before and source != "user" and target[name] != value:
                    self._overridden(dotted, f"{_plain(target[name])} in {before}", _plain(value), source)
                target[name] = value
                self.provenance[dotted] = source

    def _overridden(self, dotted: str, before: str, value: str, source: str) -> None:
        self.problems.append(
            Problem(
                code="V-02",
                path=self._path,
                message=f"{dotted} is {before} and {value} in {source}; {value} is used.",
                hint=f"Write {dotted} to decide.",
                severity="warning",
            )
        )


def _unknown(path: str, name: str) -> Problem:
    near = get_close_matches(name, PRESETS, n=1)
    hint = f"Did you mean {near[0]}? " if near else ""
    return Problem(
        code="V-25",
        path=path,
        message=f"{name} is not a preset.",
        hint=f"{hint}Known presets: {', '.join(PRESETS)}.",
    )


def _exclusions(path: str, names: list[str]) -> list[Problem]:
    by_group: dict[str, list[str]] = {}
    for name in names:
        by_group.setdefault(PRESETS[name].group, []).append(name)
    return [
        Problem(
            code="V-02",
            path=path,
            message=f"{' and '.join(members)} exclude each other.",
            hint=f"Keep one {group} preset.",
        )
        for group, members in by_group.items()
        if group and len(members) > 1
    ]


def _outside(path: str, names: list[str], values: Mapping[str, Any]) -> list[Problem]:
    found = []
    for name in names:
        for dotted, (low, high) in PRESETS[name].ranges.items():
            value = _at(values, dotted)
            if isinstance(value, (int, float)) and not low <= value <= high:
                found.append(
                    Problem(
                        code="V-04",
                        path=f"{path}.{dotted}",
                        message=f"{value} is outside {low} to {high}, which preset {name} was made for.",
                        hint="Choose another size preset, or write all values yourself.",
                        severity="warning",
                    )
                )
    return found


def _at(values: Mapping[str, Any], dotted: str) -> Any:
    found: Any = values
    for name in dotted.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
